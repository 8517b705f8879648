# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# How kbuild compiles the engine: one C++ unit per module, without any header of
# the kernel's. Flags that decide about generated code are taken from the kernel
# by kind, not by name: a list of names breaks with every new mitigation.

# gcc-12 -> g++-12, ccache gcc -> ccache g++, clang -> clang++.
ktcp-cxx := $(subst clang,clang++,$(subst gcc,g++,$(CC)))

# What kbuild adds object by object, and only in its own rule for C.
ktcp-cxx-checks := $(if $(CONFIG_KASAN),$(CFLAGS_KASAN))		\
	$(if $(CONFIG_UBSAN),$(CFLAGS_UBSAN))				\
	$(if $(CONFIG_KCSAN),$(CFLAGS_KCSAN))				\
	$(if $(CONFIG_KCOV),$(CFLAGS_KCOV))				\
	$(if $(CONFIG_GCOV_PROFILE_ALL),$(CFLAGS_GCOV))

# Address checks make frames larger than anybody means them to be.
ktcp-cxx-frame := $(if $(CONFIG_KASAN),4096,1024)

# pahole, which turns debug information into BTF, fails at C++'s; without it the
# functions still have their names in ftrace, profiles and stack traces.
ktcp-cxx-debug := $(if $(CONFIG_DEBUG_INFO_BTF_MODULES),,-g%)

ktcp-cxx-flags = -Wp,-MMD,$(depfile)					\
	$(filter -m% -f% -O% -pg $(ktcp-cxx-debug),$(KBUILD_CFLAGS) $(KBUILD_CFLAGS_MODULE)) \
	$(ktcp-cxx-checks)						\
	-std=c++20 -ffreestanding -fno-exceptions -fno-rtti		\
	-fno-threadsafe-statics -fno-gnu-unique				\
	-Wall -Wextra -Wframe-larger-than=$(ktcp-cxx-frame)		\
	-I$(KTCP)/include -I$(KTCP)/engine -I$(KTCP_GENERATED)

quiet_cmd_ktcp_cxx_o_cc = CXX $(quiet_modtag) $@
      cmd_ktcp_cxx_o_cc = $(ktcp-cxx) $(ktcp-cxx-flags) -c -o $@ $< $(cmd_objtool)

# $(obj), because 6.12 no longer has a $(src) for it that differs.
$(obj)/%/engine.o: $(obj)/%/engine.cc FORCE
	$(call if_changed_dep,ktcp_cxx_o_cc)
