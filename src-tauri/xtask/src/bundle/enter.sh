#!/bin/sh
# Runs a command in the Debian that lies in a folder, with the checkout under its usual path:
# enter.sh FOLDER CHECKOUT COMMAND...
# It wants a mount table of its own (unshare --mount), so that the mounts go when the command ends.
folder=$1 checkout=$2
shift 2
mount -t proc proc "$folder/proc"
mount --rbind /sys "$folder/sys"
mount --rbind /dev "$folder/dev"
mkdir -p "$folder$checkout"
mount --bind "$checkout" "$folder$checkout"
exec chroot "$folder" env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    DEBIAN_FRONTEND=noninteractive "$@"
