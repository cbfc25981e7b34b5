from django.http import HttpResponse
from rest_framework import permissions, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.response import Response

from .models import Contact, Inbound, Outbound, Subscription
from .tasks import send


def home(_request):
    return HttpResponse('A stand-in for mama-ng-control.')


@api_view(['GET'])
def root(_request):
    return Response({'contacts': Contact.objects.count(), 'subscriptions': Subscription.objects.count()})


@api_view(['POST'])
def subscriptions(request):
    """A contact and its subscription at once: {msisdn, messageset_id, lang}."""
    contact = Contact.objects.create(details={'msisdn': request.data['msisdn']})
    made = Subscription.objects.create(contact=contact, messageset_id=request.data['messageset_id'],
                                       lang=request.data['lang'])
    return Response({'id': made.pk}, status.HTTP_201_CREATED)


@api_view(['POST'])
@permission_classes([permissions.AllowAny])
def subscription_send(_request, pk):
    return Response({'task': send.delay(pk).id}, status.HTTP_201_CREATED)


@api_view(['POST'])
@permission_classes([permissions.AllowAny])
def events(request):
    found = Outbound.objects.filter(vumi_message_id=request.data.get('user_message_id', ''))
    if request.data.get('event_type') == 'ack':
        found.update(delivered=True)
    return Response({'known': found.exists()})


@api_view(['POST'])
def inbound(request):
    return Response({'id': Inbound.objects.create(message=request.data).pk}, status.HTTP_201_CREATED)


@api_view(['GET'])
def outbounds(_request):
    return Response(list(Outbound.objects.order_by('pk').values()))
