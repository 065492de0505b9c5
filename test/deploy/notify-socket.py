# Stands where the service manager listens: prints every datagram as one line of JSON; notify.test.ts starts it.
import array
import json
import os
import socket
import sys

listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
print(json.dumps("listening"), flush=True)
while True:
    data, ancillary, _, _ = listener.recvmsg(65536, socket.CMSG_SPACE(64 * 4))
    for level, kind, payload in ancillary:
        # The barrier of who speaks: closed, it says that everything before it was read.
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            handles = array.array("i")
            handles.frombytes(payload[: len(payload) - len(payload) % handles.itemsize])
            for handle in handles:
                os.close(handle)
    print(json.dumps(data.decode()), flush=True)
