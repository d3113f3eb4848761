#!/bin/sh
# Opens the installed program on an empty screen as a person would who has just logged in, waits for its window, and
# takes a picture of it: open.sh PICTURE
HOME=$(mktemp -d) XDG_RUNTIME_DIR=$(mktemp -d)
export HOME XDG_RUNTIME_DIR
printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
otomo & app=$!
for _ in $(seq 300); do
    if xwininfo -root -tree | grep -q '"Otomo": ("otomo" "Otomo")'; then
        sleep 5 # what it shows first needs a moment, too
        import -window root "$1"
        kill "$app"
        wait "$app" || true
        exit 0
    fi
    sleep 0.2
done
xwininfo -root -tree
exit 1
