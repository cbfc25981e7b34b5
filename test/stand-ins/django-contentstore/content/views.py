from rest_framework import serializers, viewsets

from .models import BinaryContent, Message, MessageSet


def resource(of):
    """A view set with every field of the model."""

    class Serializer(serializers.ModelSerializer):
        class Meta:
            model = of
            fields = '__all__'

    class ViewSet(viewsets.ModelViewSet):
        queryset = of.objects.order_by('pk')
        serializer_class = Serializer

        def get_queryset(self):
            fields = {field.name for field in of._meta.fields}
            wanted = {key: value for key, value in self.request.query_params.items() if key in fields}
            return super().get_queryset().filter(**wanted)

    return ViewSet


MessageSets = resource(MessageSet)
Messages = resource(Message)
BinaryContents = resource(BinaryContent)
