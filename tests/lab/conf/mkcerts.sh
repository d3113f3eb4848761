#!/bin/sh
# one private CA, one good server certificate, three bad ones
set -eu; d=$1; mkdir -p "$d"; cd "$d"; [ -f server.pem ] && exit 0
exec 2>openssl.log
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
leaf() { # name, SAN, start, end
  key "$1"; openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=%s\n' "$2" >"$1.ext"
  openssl ca -batch -notext -config ca.cnf -extfile "$1.ext" -startdate "$3" -enddate "$4" -in "$1.csr" -out "$1.pem"; }
key ca
openssl req -x509 -new -key ca.key -days 3650 -subj "/CN=Otomo lab CA" -addext keyUsage=critical,keyCertSign,cRLSign -out ca.pem
touch index.txt; echo 01 >serial
cat >ca.cnf <<C
[ca]
default_ca=d
[d]
database=index.txt
serial=serial
new_certs_dir=.
certificate=ca.pem
private_key=ca.key
default_md=sha256
policy=p
unique_subject=no
[p]
commonName=supplied
C
now=$(date -u +%Y%m%d000000Z); later=$(date -u -d '+800 days' +%Y%m%d000000Z)
leaf server    "DNS:localhost,DNS:example.test,DNS:*.example.test,DNS:corp.example.test,DNS:*.corp.example.test,IP:127.0.0.1,IP:$2" "$now" "$later"
leaf expired   "DNS:expired.example.test" 20240101000000Z 20240201000000Z
leaf wronghost "DNS:shared-hosting.invalid" "$now" "$later"
key selfsigned; openssl req -x509 -new -key selfsigned.key -days 800 -subj "/CN=selfsigned.example.test" -addext subjectAltName=DNS:selfsigned.example.test -out selfsigned.pem
chmod 600 ./*.key
