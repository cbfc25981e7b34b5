# What the entry scripts of all Vumi images share; they source it. Needs no more than a POSIX shell, install and setpriv.
#
# Secrets come from the environment or from mounted files and go into files in memory ($PRIVATE, for user vumi only):
# never into an argument list, never onto a disk.
#
#   AMQP_HOST (rabbitmq), AMQP_PORT (5672), AMQP_VHOST (/), AMQP_USERNAME (vumi)
#   AMQP_PASSWORD, or AMQP_PASSWORD_FILE: a file whose first line it is
set -eu
umask 077

PRIVATE=/dev/shm/mama
NEWLINE='
'

# 78 is EX_CONFIG of sysexits.h: trying again will not help.
fail() {
  echo "${0##*/}: $1" >&2
  exit 78
}

one_line() {
  case $2 in
  *"$NEWLINE"*) fail "$1 holds a line break" ;;
  esac
}

# need NAME MEANING: the variable holds something.
need() {
  eval "_value=\${$1-}"
  [ -n "$_value" ] || fail "$1 is missing: $2"
  one_line "$1" "$_value"
  unset _value
}

# secret NAME MEANING: as need, and NAME_FILE may name a file whose first line is the value.
secret() {
  eval "_file=\${$1_FILE-}"
  if [ -n "$_file" ]; then
    [ -f "$_file" ] && [ -r "$_file" ] || fail "$1_FILE names $_file, which can't be read"
    IFS= read -r "$1" <"$_file" || :
  fi
  need "$1" "$2"
  unset _file
}

# yaml TEXT: a YAML scalar in single quotes, in which nothing but a single quote is special.
yaml() {
  printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"
}

# private FILE MEANING: a copy that user vumi may read, of a file that may be for root only. Prints where it is.
private() {
  [ -f "$1" ] && [ -r "$1" ] || fail "$1 is missing: $2"
  install -o vumi -g vumi -m 0400 "$1" "$PRIVATE/${1##*/}"
  echo "$PRIVATE/${1##*/}"
}

# keep NAME: stdin as a private file. Prints where it is.
keep() {
  cat >"$PRIVATE/$1"
  chown vumi:vumi "$PRIVATE/$1"
  echo "$PRIVATE/$1"
}

# become COMMAND…: as user vumi, in place of this shell, and without the secrets of its environment.
become() {
  unset AMQP_PASSWORD
  exec setpriv --reuid=vumi --regid=vumi --init-groups "$@"
}

# worker CLASS [OPTION…]
worker() {
  _class=$1
  shift
  become twistd -n --pidfile= vumi_worker --worker-class="$_class" --vumi-config="$AMQP_CONFIG" "$@"
}

[ -d "${PRIVATE%/*}" ] && [ -w "${PRIVATE%/*}" ] || fail "${PRIVATE%/*} can't be written to: secrets are kept there"
install -d -o vumi -g vumi -m 0700 "$PRIVATE"

AMQP_HOST=${AMQP_HOST:-rabbitmq}
AMQP_PORT=${AMQP_PORT:-5672}
AMQP_VHOST=${AMQP_VHOST:-/}
AMQP_USERNAME=${AMQP_USERNAME:-vumi}
secret AMQP_PASSWORD "the password at RabbitMQ; give it, or AMQP_PASSWORD_FILE"
for _name in AMQP_HOST AMQP_VHOST AMQP_USERNAME; do need "$_name" 'it says where and as whom to log in at RabbitMQ'; done
case $AMQP_PORT in
*[!0-9]*) fail "AMQP_PORT is no port number: $AMQP_PORT" ;;
esac

AMQP_CONFIG=$(
  keep amqp.yaml <<END
hostname: $(yaml "$AMQP_HOST")
port: $AMQP_PORT
username: $(yaml "$AMQP_USERNAME")
password: $(yaml "$AMQP_PASSWORD")
vhost: $(yaml "$AMQP_VHOST")
END
)
