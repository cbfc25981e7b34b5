"""The users of a Django application, as the environment declares them. For Django from 1.8 and Python from 2.7 on.

`users.py check` ends with 1 and says what differs; `users.py ensure` brings it about. Read from the environment:
USER_<n>, PASSWORD_<n>, and SUPERUSER_<n>=yes for one who may do everything, for n = 1, 2 … without a gap.
"""
import os
import sys

sys.path.insert(0, os.getcwd())

import django

django.setup()

from django.contrib.auth import get_user_model

User = get_user_model()


def declared():
    number = 1
    while os.environ.get("USER_%d" % number):
        name, password = os.environ["USER_%d" % number], os.environ["PASSWORD_%d" % number]
        yield name, password, os.environ.get("SUPERUSER_%d" % number) == "yes"
        number += 1


def trouble(user, password, superuser):
    if user is None:
        return "is missing"
    if not user.check_password(password):
        return "has another password"
    if (user.is_active, user.is_staff, user.is_superuser) != (True, superuser, superuser):
        return "has other rights"
    return None


def make(user, name, password, superuser):
    user = user or User(username=name, email="")
    user.is_active, user.is_staff, user.is_superuser = True, superuser, superuser
    user.set_password(password)
    user.save()


def main(ensure):
    differs = False
    for name, password, superuser in declared():
        user = User.objects.filter(username=name).first()
        wrong = trouble(user, password, superuser)
        if wrong is None:
            continue
        differs = True
        print("%s %s" % (name, wrong))
        if ensure:
            make(user, name, password, superuser)
    return 1 if differs and not ensure else 0


sys.exit(main(sys.argv[1:] == ["ensure"]))
