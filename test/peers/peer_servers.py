# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The servers that are compared: each started on a free port of 127.0.0.1 with a
configuration made for a conformance profile, in a folder of its own, and ended by its
process. Their settings are matched to the profile as far as each has them; everything else
is what Debian ships."""

import math
import os
import shutil
import socket
import subprocess
import time

MODULES = "/usr/lib/apache2/modules"
HOSTS_BY_NAME = "host"  # the setting that has NAME=DIRECTORY


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sites_of(settings, tree):
    """NAME=DIRECTORY,... as [(name, directory)]."""
    pairs = [one.split("=", 1) for one in settings.get(HOSTS_BY_NAME, "").split(",") if one]
    return [(name, directory.replace("{tree}", tree)) for name, directory in pairs]


class Server:
    """One running server."""

    name = ""

    def __init__(self, scratch, root, settings, as_nobody):
        self.scratch, self.root, self.settings = scratch, root, settings
        self.as_nobody = as_nobody
        self.port = free_port()
        os.makedirs(scratch)
        if as_nobody:
            os.chown(scratch, 65534, 65534)
        self.log = open(os.path.join(scratch, "output"), "wb")
        words = self.command()
        if as_nobody:
            words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] + words
        self.process = subprocess.Popen(words, stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL, cwd=scratch)
        self.await_port()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def ms(self, name):
        return int(self.settings[name])

    def seconds(self, name):
        return math.ceil(self.ms(name) / 1000)

    def write(self, name, text):
        path = os.path.join(self.scratch, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        os.chmod(path, 0o644)
        return path

    def await_port(self):
        for _ in range(200):
            if self.process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.stop()
        with open(os.path.join(self.scratch, "output"), encoding="utf-8", errors="replace") as log:
            raise RuntimeError(f"{self.name} did not start:\n{log.read()}")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Ours(Server):
    name = "ours"
    program = None

    @staticmethod
    def version():
        return "user-http-server"

    def command(self):
        words = [self.program, "--listen", "127.0.0.1", "--port", str(self.port)]
        for name, value in self.settings.items():
            if name == "root":
                words += ["--root", self.root] if value == "yes" else []
            elif name == HOSTS_BY_NAME:
                for site, directory in sites_of(self.settings, self.root):
                    words += ["--host", f"{site}={directory}"]
            elif name == "list_hidden":
                words += ["--list-hidden"] if value == "1" else []
            else:
                words.append(f"--{name.replace('_', '-')}={value}")
        return words


class Nginx(Server):
    """One worker. alias and autoindex are its own; no charset is set, as in Debian's default."""

    name = "nginx"

    @staticmethod
    def version():
        text = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
        return text.split("/")[-1].strip()

    def command(self):
        return ["nginx", "-c", self.write("nginx.conf", self.config()), "-p", self.scratch,
                "-e", "stderr", "-g", "daemon off;"]

    def site(self, names, root):
        settings = self.settings
        more = ""
        if "max_requests" in settings and settings["max_requests"] != "0":
            more += f"keepalive_requests {settings['max_requests']};"
        if "max_ranges" in settings:
            more += f"max_ranges {settings['max_ranges']};"
        if settings.get("symlinks") == "none":
            more += "disable_symlinks on;"
        if "cache_control" in settings:
            more += f"add_header Cache-Control \"{settings['cache_control']}\";"
        return f"""
    server {{
        listen 127.0.0.1:{self.port};
        server_name {names};
        root {root};
        autoindex on;
        {more}
    }}"""

    def config(self):
        head = self.settings.get("head_size", "8192")
        servers = (self.site("_", self.root) if self.settings["root"] == "yes" else
                   f"server {{ listen 127.0.0.1:{self.port}; return 421; }}")
        servers += "".join(self.site(*one) for one in sites_of(self.settings, self.root))
        user = "" if self.as_nobody or os.geteuid() else "user root;\n"
        return f"""{user}worker_processes 1;
worker_rlimit_nofile 4096;
pid {self.scratch}/pid;
error_log stderr crit;
events {{ worker_connections 2048; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log off;
    sendfile on;
    client_body_temp_path {self.scratch}/body;
    proxy_temp_path {self.scratch}/proxy;
    fastcgi_temp_path {self.scratch}/fastcgi;
    uwsgi_temp_path {self.scratch}/uwsgi;
    scgi_temp_path {self.scratch}/scgi;
    client_header_buffer_size {head};
    large_client_header_buffers 1 {head};
    client_max_body_size {self.settings.get('body_size', '65536')};
    client_header_timeout {self.ms('head_timeout')}ms;
    client_body_timeout {self.ms('head_timeout')}ms;
    keepalive_timeout {self.ms('idle_timeout')}ms;
    send_timeout {self.ms('send_timeout')}ms;
    lingering_timeout {self.ms('linger_timeout')}ms;{servers}
}}
"""


class Apache(Server):
    """The event MPM, with the modules that a static site in Debian has, mod_reqtimeout too."""

    name = "apache"

    @staticmethod
    def version():
        text = subprocess.run(["apache2", "-v"], capture_output=True, text=True, check=True).stdout
        return text.split("Apache/")[1].split()[0]

    def command(self):
        return ["apache2", "-d", self.scratch, "-f", self.write("apache2.conf", self.config()),
                "-DFOREGROUND"]

    def site(self, name, root):
        return f"""
<VirtualHost *:{self.port}>
    {"ServerName wild.invalid" if "*" in name else "ServerName " + name}
    {"ServerAlias " + name if "*" in name else ""}
    DocumentRoot "{root}"
</VirtualHost>"""

    def config(self):
        modules = ["mpm_event", "authz_core", "mime", "dir", "autoindex", "reqtimeout", "headers",
                   "alias"]
        loads = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in modules)
        settings = self.settings
        more = ""
        if "max_requests" in settings:
            more += f"MaxKeepAliveRequests {settings['max_requests']}\n"
        if "max_ranges" in settings:
            most = settings["max_ranges"]
            more += f"MaxRanges {'none' if most == '0' else most}\n"
        if "cache_control" in settings:
            more += f"Header set Cache-Control \"{settings['cache_control']}\"\n"
        # The first one is for names that no other has.
        sites = (self.site("default.invalid", self.root) if settings["root"] == "yes" else f"""
<VirtualHost *:{self.port}>
    ServerName default.invalid
    Redirect 421 /
</VirtualHost>""")
        # The first that fits is taken, so that exact names go before those with a '*'.
        sites += "".join(self.site(*one) for one in
                         sorted(sites_of(settings, self.root), key=lambda one: "*" in one[0]))
        head = settings.get("head_size", "8190")
        links = "" if settings.get("symlinks") == "none" else " FollowSymLinks"
        return f"""{loads}
ServerName localhost
Listen 127.0.0.1:{self.port}
PidFile {self.scratch}/pid
DefaultRuntimeDir {self.scratch}
Mutex file:{self.scratch} default
ErrorLog {self.scratch}/error.log
LogLevel crit
TraceEnable Off
TypesConfig /etc/mime.types
DirectoryIndex index.html
ServerLimit 2
StartServers 2
ThreadsPerChild 64
MaxRequestWorkers 128
KeepAliveTimeout {self.ms('idle_timeout')}ms
Timeout {self.seconds('send_timeout')}
RequestReadTimeout header={self.seconds('head_timeout')} body={self.seconds('head_timeout')}
LimitRequestLine {min(int(head), 8190)}
LimitRequestFieldSize {min(int(head), 8190)}
LimitRequestFields {settings.get('field_count', '100')}
LimitRequestBody {settings.get('body_size', '65536')}
{more}<Directory "{os.path.dirname(self.root)}">
    Options Indexes{links}
    AllowOverride None
    Require all granted
</Directory>{sites}
"""


PEERS = [Nginx, Apache]


def missing():
    return [name for name in ("nginx", "apache2") if not shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")]
