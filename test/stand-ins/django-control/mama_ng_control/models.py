from django.contrib.postgres.fields import HStoreField
from django.db import models


class Contact(models.Model):
    # The real application keeps details so: the extension hstore must be there before the first migrate.
    details = HStoreField(default=dict)


class Subscription(models.Model):
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE)
    messageset_id = models.IntegerField()
    next_sequence_number = models.IntegerField(default=1)
    lang = models.CharField(max_length=6)


class Outbound(models.Model):
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE)
    content = models.TextField()
    vumi_message_id = models.CharField(max_length=36, blank=True)
    delivered = models.BooleanField(default=False)


class Inbound(models.Model):
    message = models.JSONField()
