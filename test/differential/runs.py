"""Runs Debian's ansible-playbook for many projects, two at a time, without importing it anew for each.

A line of JSON in: {"dir": …, "args": […]}. A line out when it is done: {"dir": …, "code": …, "out": …}.
"""
import json
import os
import sys

WORKERS = 2

from ansible.cli.playbook import PlaybookCLI


def child(job, output):
    os.chdir(job["dir"])
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    for descriptor in (1, 2):
        os.dup2(output, descriptor)
    code = 1
    try:
        code = PlaybookCLI(["ansible-playbook", *job["args"]]).run()
    except SystemExit as stop:
        code = stop.code
    except BaseException as trouble:
        print("ERROR!", trouble)
    sys.stdout.flush()
    sys.stderr.flush()
    # Without the clean-up at exit, which would remove what the other children use.
    os._exit(code if isinstance(code, int) else 1)


def main():
    running = {}

    def reap():
        pid, status = os.wait()
        job, path = running.pop(pid)
        with open(path) as output:
            told = {"dir": job["dir"], "code": os.waitstatus_to_exitcode(status), "out": output.read()}
        print(json.dumps(told), flush=True)

    for line in sys.stdin:
        job = json.loads(line)
        while len(running) >= WORKERS:
            reap()
        path = os.path.join(job["dir"], "ansible.out")
        output = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        pid = os.fork()
        if pid == 0:
            child(job, output)
        os.close(output)
        running[pid] = (job, path)
    while running:
        reap()


main()
