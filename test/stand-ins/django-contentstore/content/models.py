from django.db import models


class MessageSet(models.Model):
    short_name = models.CharField(max_length=20, unique=True)
    notes = models.TextField(blank=True)


class BinaryContent(models.Model):
    content = models.FileField(upload_to='')


class Message(models.Model):
    messageset = models.ForeignKey(MessageSet, related_name='messages', on_delete=models.CASCADE)
    sequence_number = models.IntegerField()
    lang = models.CharField(max_length=6)
    text_content = models.TextField(blank=True)
    binary_content = models.ForeignKey(BinaryContent, null=True, blank=True, on_delete=models.SET_NULL)

    class Meta:
        unique_together = ['messageset', 'sequence_number', 'lang']
