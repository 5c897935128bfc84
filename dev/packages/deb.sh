# shellcheck shell=bash disable=SC2154 # variables and functions of dev/package, which sources this
# The Debian package, by dpkg-deb alone.

# make_deb: builds it and prints its path.
make_deb() {
  local root=$packages/deb from=dev/packages/debian of size name
  # A snapshot comes before the release that it becomes.
  of=$(version)
  of=${of/-SNAPSHOT/\~snapshot}
  name=tocsin_${of}_$debian_arch.deb
  rm -rf "$root"
  mkdir -p "$root/DEBIAN" "$root/usr/lib" "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/lib/sysusers.d" \
    "$root/etc/default" "$root/usr/share/doc/tocsin" "$root/usr/share/man/man1" "$root/usr/share/lintian/overrides"
  fill "$root/usr/lib/tocsin"
  rm "$root/usr/lib/tocsin/LICENSE"
  ln -s ../lib/tocsin/tocsin "$root/usr/bin/tocsin"
  mkdir -p "$root/usr/sbin" "$root/usr/share/man/man8"
  cp "$from/tocsin-doctor" "$root/usr/sbin/tocsin-doctor"
  echo '.so man1/tocsin.1' | gzip -n -9 >"$root/usr/share/man/man8/tocsin-doctor.8.gz"
  unit >"$root/usr/lib/systemd/system/tocsin.service"
  cp deploy/systemd/tocsin.sysusers "$root/usr/lib/sysusers.d/tocsin.conf"
  cp "$from/default" "$root/etc/default/tocsin"
  { printf '%s\n' 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/' 'Upstream-Name: Tocsin' ''
    cat "$from/copyright"; } >"$root/usr/share/doc/tocsin/copyright"
  { echo "tocsin ($of) unstable; urgency=medium"; echo; echo "  * What is new is told in CHANGELOG.md.gz."; echo
    echo " -- The authors of Tocsin <tocsin@localhost>  $(LC_ALL=C date -u -R -d "@$epoch")"; } |
    gzip -n -9 >"$root/usr/share/doc/tocsin/changelog.gz"
  gzip -n -9 <CHANGELOG.md >"$root/usr/share/doc/tocsin/CHANGELOG.md.gz"
  gzip -n -9 <"$from/tocsin.1" >"$root/usr/share/man/man1/tocsin.1.gz"
  cp "$from/overrides" "$root/usr/share/lintian/overrides/tocsin"
  echo /etc/default/tocsin >"$root/DEBIAN/conffiles"
  cp "$from/postinst" "$from/prerm" "$from/postrm" "$root/DEBIAN/"
  (cd "$root" && find etc usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
  size=$(du -ks --apparent-size "$root" | cut -f1)
  sed -e "s/@VERSION@/$of/; s/@ARCH@/$debian_arch/; s/@SIZE@/$size/" "$from/control" >"$root/DEBIAN/control"
  find "$root" -type d -exec chmod 755 {} +
  find "$root/etc" "$root/usr/share" "$root/usr/lib/systemd" "$root/usr/lib/sysusers.d" "$root/DEBIAN" -type f -exec chmod 644 {} +
  chmod 755 "$root/usr/sbin/tocsin-doctor" "$root"/DEBIAN/{postinst,prerm,postrm}
  find "$root" -exec touch -h -d "@$epoch" {} +
  SOURCE_DATE_EPOCH=$epoch dpkg-deb --root-owner-group -Zxz -z1 --threads-max=2 --build "$root" "$packages/$name" >&2
  rm -rf "$root"
  echo "$packages/$name"
}

# unit: that of deploy/systemd, where the package puts the program, and with what /etc/default/tocsin says.
unit() {
  sed -e '1s|.*|# Tocsin as a service. What it is given is in /etc/default/tocsin.|' \
    -e 's|^# For this machine only.*|# Options are in the environment. What /etc/default/tocsin says wins.|' \
    -e 's|^ExecStart=.*|Environment=TOCSIN_DATA=/var/lib/tocsin TOCSIN_AUDIT_LOG=/var/log/tocsin/audit.log\nEnvironmentFile=-/etc/default/tocsin\nExecStart=/usr/bin/tocsin serve|' \
    deploy/systemd/tocsin.service
}
