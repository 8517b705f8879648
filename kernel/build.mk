# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# Builds the modules against one kernel, outside the source tree:
#
#   make -f kernel/build.mk KDIR=/lib/modules/6.1.0/build [OUT=...] [GENERATED=...] [V=1]
#
# KDIR       where the kernel's build files are (default: the running kernel's)
# OUT        where the results go (default: build/modules/<kernel release>)
# GENERATED  where the engine's generated headers are (default: build/generated)
#
# Kbuild wants sources and objects side by side, and each module its own objects
# of the shared files. So OUT gets a directory per module, full of links to the
# sources; builds for two kernels touch nothing in common and may run at once.

KTCP := $(realpath $(dir $(lastword $(MAKEFILE_LIST)))/..)
KDIR ?= /lib/modules/$(shell uname -r)/build
GENERATED ?= $(KTCP)/build/generated

# What `uname -r` says; include/config/kernel.release is another thing on Debian.
release := $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' '$(KDIR)/include/generated/utsrelease.h' 2>/dev/null)
ifeq ($(release),)
ifeq ($(filter clean,$(MAKECMDGOALS)),)
$(error '$(KDIR)' is no built kernel tree: install the headers of your kernel \
(Debian: linux-headers-amd64), or say KDIR=<directory>)
endif
endif
OUT ?= $(KTCP)/build/modules/$(release)
out := $(abspath $(OUT))

# A directory each. Servers get the shared files, each module its own.
servers := khttpd kecho
modules := $(servers) drop_tcp_socket
core := $(patsubst $(KTCP)/kernel/%,%,$(wildcard $(KTCP)/kernel/core/*.c $(KTCP)/kernel/core/models/*.c $(KTCP)/kernel/cache/*.c))
own := $(patsubst $(KTCP)/kernel/%,%,$(foreach m,$(modules),$(wildcard $(KTCP)/kernel/$(m)/*.c $(KTCP)/kernel/$(m)/*.cc)))

all: modules

modules: layout
	$(MAKE) -C '$(KDIR)' M='$(out)' $(if $(filter-out 0,$(V)),V=$(V)) modules

# A source that was renamed leaves a dangling link: they all go before new ones come.
layout:
	@mkdir -p $(addprefix $(out)/,$(modules) $(addsuffix /core/models,$(servers)) $(addsuffix /cache,$(servers)))
	@find '$(out)' -xtype l -delete
	@$(foreach s,$(own),ln -sfn '$(KTCP)/kernel/$s' '$(out)/$s';)
	@$(foreach m,$(servers),$(foreach s,$(core),ln -sfn '$(KTCP)/kernel/$s' '$(out)/$m/$s';))
	@printf '%s\n' 'KTCP := $(KTCP)' 'KTCP_GENERATED := $(abspath $(GENERATED))' \
		'include $$(KTCP)/kernel/Kbuild' >'$(out)/Kbuild.new'
	@cmp -s '$(out)/Kbuild.new' '$(out)/Kbuild' || cp '$(out)/Kbuild.new' '$(out)/Kbuild'
	@rm -f '$(out)/Kbuild.new'

clean:
	rm -rf '$(out)'

.PHONY: all modules layout clean
