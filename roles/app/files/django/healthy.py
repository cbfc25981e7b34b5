"""`healthy.py HOST PORT PATH STATUS…`: ends with 0 if this container answers a GET with one of these statuses.

Needs nothing but Python, 2.7 or 3: images of applications need not have curl or wget.
"""
import socket
import sys

host, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
connection = socket.create_connection(("127.0.0.1", port), 5)
connection.settimeout(5)
request = "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" % (path, host)
connection.sendall(request.encode("ascii"))
answer = connection.makefile("rb").readline().decode("latin-1").strip()
print(answer)
sys.exit(0 if answer.split(" ")[1:2] and answer.split(" ")[1] in sys.argv[4:] else 1)
