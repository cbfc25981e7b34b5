"""What a Django application needs before it serves: its tables, its static files, and its users.

`bootstrap.py check` ends with 1 and says what is missing; `bootstrap.py ensure` brings that about, and nothing else. One
start of Django for all of it, because that is what takes time. For Django from 1.8 and Python from 2.7 on.

The users come from the environment: USER_<n>, PASSWORD_<n>, and SUPERUSER_<n>=yes for one who may do everything, for
n = 1, 2 … without a gap.
"""
import os
import re
import sys
from io import StringIO

sys.path.insert(0, os.getcwd())

import django

django.setup()

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

if sys.version_info[0] == 2:
    from StringIO import StringIO


def tables():
    """The migrations that are pending."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return ["migration %s.%s" % (migration.app_label, migration.name) for migration, _ in plan]


def migrate():
    call_command("migrate", interactive=False)


def static():
    """How many static files are missing or old."""
    said = StringIO()
    call_command("collectstatic", interactive=False, dry_run=True, stdout=said)
    count = re.search(r"(\d+) static files? ", said.getvalue())
    return [] if count and count.group(1) == "0" else ["static files: " + (count.group(1) if count else "?")]


def collect():
    call_command("collectstatic", interactive=False, verbosity=0)


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


def wrong_users():
    User = get_user_model()
    for name, password, superuser in declared():
        user = User.objects.filter(username=name).first()
        why = trouble(user, password, superuser)
        if why:
            yield user or User(username=name, email=""), password, superuser, "user %s %s" % (name, why)


def users():
    return [why for _, _, _, why in wrong_users()]


def set_users():
    for user, password, superuser, _ in wrong_users():
        user.is_active, user.is_staff, user.is_superuser = True, superuser, superuser
        user.set_password(password)
        user.save()


def main(ensure):
    # Users have no table before the first migration.
    for look, act in ((tables, migrate), (static, collect), (users, set_users)):
        missing = look()
        for line in missing:
            print(line)
        if missing and not ensure:
            return 1
        if missing:
            act()
    return 0


sys.exit(main(sys.argv[1:] == ["ensure"]))
