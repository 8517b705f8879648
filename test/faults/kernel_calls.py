# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""In the VM: the kernel's functions that fail when the module calls them (calls/call_faults.c)."""
import errno
import os
import time

from kernel_module import Module
from kernel_serve import AT_MOST_WRONG, Serve

# function, what it returns then. Functions that do nothing when they fail, so that not running them
# is what a failure of theirs is like; NULL is 0. What a module never calls counts as not tried.
TO_START = [
    ("sock_create", -errno.ENFILE), ("sock_create", -errno.EAFNOSUPPORT),
    ("kernel_bind", -errno.EADDRINUSE), ("kernel_bind", -errno.EACCES),
    ("kernel_listen", -errno.EADDRINUSE), ("kern_path", -errno.EIO),
    ("dentry_open", -errno.ENFILE), ("vfs_getattr", -errno.EIO), ("alloc_workqueue", 0),
    ("kmem_cache_create", 0), ("rhashtable_init", -errno.ENOMEM),
    ("register_shrinker", -errno.ENOMEM), ("kthread_create_on_node", -errno.EAGAIN),
    ("kvmalloc_node", 0), ("__kmalloc", 0), ("kmalloc_trace", 0),
]
TO_SERVE = [
    ("kernel_accept", -errno.ENOMEM), ("kernel_accept", -errno.EMFILE),
    ("kernel_accept", -errno.ECONNABORTED), ("tcp_sendmsg_locked", -errno.ENOMEM),
    ("tcp_sendmsg_locked", -errno.EPIPE), ("tcp_sendpage_locked", -errno.ENOMEM),
    ("vfs_path_lookup", -errno.EIO), ("vfs_path_lookup", -errno.ENOMEM),
    ("dentry_open", -errno.ENFILE), ("dentry_open", -errno.EIO), ("vfs_getattr", -errno.EIO),
    ("iterate_dir", -errno.EIO), ("iterate_dir", -errno.ENOMEM),
    ("splice_direct_to_actor", -errno.EIO), ("splice_direct_to_actor", -errno.ENOMEM),
    ("lookup_one_len_unlocked", -errno.ENOMEM), ("lookup_one_len_unlocked", -errno.EIO),
    ("crypto_alloc_acomp", -errno.ENOMEM), ("acomp_request_alloc", 0),
    ("kthread_create_on_node", -errno.ENOMEM), ("rhashtable_insert_slow", -errno.ENOMEM),
    ("kmem_cache_alloc", 0), ("__kmalloc", 0), ("kmalloc_trace", 0), ("kvmalloc_node", 0),
    ("__alloc_pages", 0), ("alloc_pages_exact", 0),
]
AT_MOST_TO_START = 40  # of one function


class Calls(Serve):
    def __init__(self, arguments):
        super().__init__(arguments)
        self.faults = Module(os.path.join(os.path.dirname(arguments.module), "call_faults.ko"))
        self.answers = {}  # how insmod ended: how often

    def order(self, text):
        with open("/sys/module/call_faults/parameters/order", "w") as file:
            file.write(text)

    def calls_failed(self):
        with open("/sys/module/call_faults/parameters/failed") as file:
            count = int(file.read())
        self.order("\n")
        return count

    def start_failing(self, function, value):
        """insmod with the first, second, ... call of it failing: how many there are."""
        for nth in range(AT_MOST_TO_START):
            self.where = f"insmod, call {nth + 1} of {function} returns {value}"
            self.order(f"{function} {value} {self.module.name} {nth} 1")
            error = self.module.load(self.parameters)[0]
            failed = self.calls_failed()
            if error == 0:
                self.play(self.folder(), True)
                self.try_to("rmmod", self.module.unload)
            elif not failed:
                self.complain(f"without a fault: {errno.errorcode[error]}")
            elif value and error != -value:
                self.complain(f"insmod says {errno.errorcode[error]}")
            elif not value and error != errno.ENOMEM:
                self.complain(f"insmod says {errno.errorcode[error]}")
            self.nothing_left()
            if not failed:
                return nth
            how = errno.errorcode[error] if error else "loaded"
            self.answers[how] = self.answers.get(how, 0) + 1
        return AT_MOST_TO_START

    def run(self):
        began = time.monotonic()
        error = self.faults.load([])[0]
        if error:
            self.complain(f"call_faults.ko: {errno.errorcode[error]}")
            return
        counts = {}
        for function, value in TO_START:
            counts[function] = self.start_failing(function, value)
        said = ", ".join(f"{name} {count}" for name, count in self.answers.items())
        print(f"figure: insmod {self.module.name}, {self.model}: {sum(self.answers.values())} calls of "
              f"{sum(1 for count in counts.values() if count)} functions failed, one an insmod: {said}; "
              f"{time.monotonic() - began:.0f} s")
        print("#   never called:", *(name for name, count in counts.items() if not count))
        self.serve()
        self.faults.unload()

    def serve(self):
        began = time.monotonic()
        self.begin()
        never = []
        for function, value in TO_SERVE:
            for skip, times in ((0, 1), (3, 4)):
                if self.failed > AT_MOST_WRONG:
                    break
                order = f"{function} {value} {self.module.name} {skip} {times}"
                failed = self.play_failing(f"{function} returns {value}", lambda o=order: self.order(o),
                                           self.calls_failed)
                if not failed and skip == 0:
                    never.append(function)
                    break
        self.afterwards()
        functions = sorted({name.split()[0] for name in self.hit})
        print(f"figure: serving, {self.module.name}, {self.model}: {self.injected} calls of "
              f"{len(functions)} functions failed; {self.outcome(began)}")
        print("#   these:", *functions)
        print("#   never called:", *dict.fromkeys(never))
        self.must_have_failed()
