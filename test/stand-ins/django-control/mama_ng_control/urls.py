from django.conf import settings
from django.contrib import admin
from django.urls import path, re_path
from django.views.static import serve
from rest_framework.authtoken.views import obtain_auth_token

from . import views

urlpatterns = [
    path('', views.home),
    path('admin/', admin.site.urls),
    path('api-token-auth/', obtain_auth_token),
    path('api/v1/', views.root),
    path('api/v1/subscriptions/', views.subscriptions),
    path('api/v1/subscriptions/<int:pk>/send', views.subscription_send),
    path('api/v1/messages/events', views.events),
    path('api/v1/messages/inbound/', views.inbound),
    path('api/v1/messages/outbound/', views.outbounds),
    re_path(r'^static/(?P<path>.*)$', serve, {'document_root': settings.STATIC_ROOT}),
]
