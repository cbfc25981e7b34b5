from django.contrib import admin

from .models import BinaryContent, Message, MessageSet

admin.site.register([BinaryContent, Message, MessageSet])
