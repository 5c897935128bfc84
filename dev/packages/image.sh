# shellcheck shell=bash disable=SC2154 # variables and functions of dev/package, which sources this
# The container image, from nothing: the program with its Java, Debian's C library, and busybox for the script that starts it.
# It is an OCI layout that is a `docker save` as well, so that every tool loads it.

# debian FOLDER PACKAGE...: Debian's packages, downloaded by apt as it is set up here and unpacked.
debian() {
  local folder=$1 package
  shift
  require apt-get apt
  mkdir -p "$folder/download"
  # _apt may not write there, and need not: apt says so, and goes on as this user.
  (cd "$folder/download" && apt-get -qq -o APT::Sandbox::User= download "$@") >&2 ||
    { say "Debian's packages $* cannot be had; apt-get update may help"; return 1; }
  for package in "$folder"/download/*.deb; do dpkg-deb -x "$package" "$folder"; done
  rm -rf "$folder/download"
}

# root FOLDER: the file system of the image.
root() {
  local root=$1 from=$packages/debian library applet triplet linker
  rm -rf "$root" "$from"
  mkdir -p "$root"/{bin,etc,lib,tmp,data,opt,dev,proc,sys,run}
  debian "$from" libc6 busybox-static || return 1
  cp "$from/bin/busybox" "$root/bin/busybox"
  # What the script and the health check need, and what somebody needs who looks.
  for applet in sh cat grep ls nc readlink env sleep printf id df; do ln -s busybox "$root/bin/$applet"; done
  # Where Debian has them, as its linker looks for libraries there; the linker itself where every program looks for it.
  triplet=$arch-linux-gnu
  mkdir -p "$root/lib/$triplet"
  for library in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2; do
    cp "$from/lib/$triplet/$library" "$root/lib/$triplet/" || return 1
  done
  linker=$(basename "$from/lib/$triplet"/ld-linux-*.so.*)
  cp "$from/lib/$triplet/$linker" "$root/lib/$triplet/" || return 1
  if [ "$arch" = x86_64 ]; then
    mkdir "$root/lib64" && ln -s "/lib/$triplet/$linker" "$root/lib64/$linker"
  else
    ln -s "$triplet/$linker" "$root/lib/$linker"
  fi
  mkdir -p "$root/usr/share/doc"
  for applet in libc6 busybox-static; do
    mkdir "$root/usr/share/doc/$applet" && cp "$from/usr/share/doc/$applet/copyright" "$root/usr/share/doc/$applet/"
  done
  rm -rf "$from"
  printf '%s\n' 'root:x:0:0:root:/:/bin/sh' 'tocsin:x:10001:10001:Tocsin:/data:/bin/sh' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'tocsin:x:10001:' >"$root/etc/group"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
  fill "$root/opt/tocsin"
  cp dev/packages/image/healthy "$root/opt/tocsin/healthy"
  find "$root" -type d -exec chmod 755 {} +
  chmod 755 "$root/bin/busybox" "$root/lib/$triplet"/* "$root/opt/tocsin/healthy"
  chmod 1777 "$root/tmp"
}

# blob FILE: takes a file into the layout; prints digest and size.
blob() {
  local digest size
  digest=$(sha256sum <"$1" | cut -d' ' -f1)
  size=$(stat -c %s "$1")
  mv "$1" "$layout/blobs/sha256/$digest"
  echo "$digest $size"
}

# named DIGEST SIZE TAG: an entry of the index.
named() {
  printf '{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%s,"annotations":{"io.containerd.image.name":"docker.io/library/tocsin:%s","org.opencontainers.image.ref.name":"%s"}}' \
    "$1" "$2" "$3" "$3"
}

# make_image: builds it and prints its path.
make_image() {
  local of layout=$packages/layout root=$packages/image-root name diff layer layer_size config config_size manifest manifest_size
  of=$(version)
  name=tocsin-$of-linux-$arch.oci.tar
  root "$root" || return 1
  rm -rf "$layout"
  mkdir -p "$layout/blobs/sha256"
  # The data are the user's. Everything else is root's, and nobody writes there.
  tar -C "$root" "${tar_alike[@]}" --exclude=./data -cf "$packages/layer.tar" .
  tar -C "$root" "${tar_alike[@]}" --owner=10001 --group=10001 --mode=0700 -rf "$packages/layer.tar" ./data
  diff=$(sha256sum <"$packages/layer.tar" | cut -d' ' -f1)
  gzip -n <"$packages/layer.tar" >"$packages/layer.tar.gz"
  rm "$packages/layer.tar"
  read -r layer layer_size < <(blob "$packages/layer.tar.gz")
  sed -e "s/@ARCH@/$oci_arch/; s/@VERSION@/$of/; s/@DIFF@/$diff/; s/@CREATED@/$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)/" \
    dev/packages/image/config.json >"$packages/config.json"
  read -r config config_size < <(blob "$packages/config.json")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%s},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:%s","size":%s}]}' \
    "$config" "$config_size" "$layer" "$layer_size" >"$packages/manifest.json"
  printf '[{"Config":"blobs/sha256/%s","RepoTags":["tocsin:%s","tocsin:local"],"Layers":["blobs/sha256/%s"]}]' \
    "$config" "$of" "$layer" >"$layout/manifest.json"
  read -r manifest manifest_size < <(blob "$packages/manifest.json")
  # By its version, and by the name that deploy/compose asks for.
  { printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":['
    named "$manifest" "$manifest_size" "$of" && printf , && named "$manifest" "$manifest_size" local
    printf ']}'; } >"$layout/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
  tar -C "$layout" "${tar_alike[@]}" -cf "$packages/$name" blobs index.json manifest.json oci-layout
  rm -rf "$layout" "$root"
  echo "$packages/$name"
}
