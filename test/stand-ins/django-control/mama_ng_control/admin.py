from django.contrib import admin

from .models import Contact, Inbound, Outbound, Subscription

admin.site.register([Contact, Inbound, Outbound, Subscription])
