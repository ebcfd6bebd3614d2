#!/bin/sh
# Makes the sample inputs in files/ that are not plain text. Needs ffmpeg, espeak-ng, python3 and the DejaVu fonts.
# The results are committed: run this only to change them, then check the sizes and times in table.rs.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
encode() { ffmpeg -nostdin -hide_banner -loglevel error -y "$@" -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact "$out"; }
to() { out="files/$1"; }

python3 documents.py

# A sentence, spoken; 16 kHz mono is what audio engines are sent.
espeak-ng -v en-gb -s 165 -w "$work/speech.wav" "The tidal power station runs in both directions."
out="$work/voice.wav"; encode -i "$work/speech.wav" -t 2.8 -ar 16000 -ac 1 -c:a pcm_s16le
to speech.wav;  encode -i "$work/voice.wav" -c:a pcm_s16le
to speech.flac; encode -i "$work/voice.wav" -c:a flac -compression_level 12
to speech.mp3;  encode -i "$work/voice.wav" -c:a libmp3lame -b:a 32k
to speech.aac;  encode -i "$work/voice.wav" -c:a aac -b:a 32k -f adts
to speech.m4a;  encode -i "$work/voice.wav" -c:a aac -b:a 32k -f mp4
to speech.weba; encode -i "$work/voice.wav" -c:a libopus -b:a 24k -f webm

# A picture with a sky, a house, a number plate and a line of text.
font=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf
scene="drawbox=0:170:320:70:0x3a5f3a:fill,drawbox=40:90:110:80:0xb5522b:fill,drawbox=80:125:30:45:0x4a2a18:fill"
scene="$scene,drawbox=200:140:90:35:0x20407a:fill,drawbox=228:158:44:14:white:fill"
scene="$scene,drawtext=fontfile=$font:text=PL 482:x=230:y=160:fontsize=10:fontcolor=black"
scene="$scene,drawtext=fontfile=$font:text=EVENING NEWS:x=60:y=30:fontsize=24:fontcolor=white"
sky="gradients=size=320x240:c0=0x7fb2e5:c1=0xe8f1fa:x0=0:y0=0:x1=0:y1=239:nb_colors=2:speed=0.00001:seed=1"
out="$work/scene.png"; encode -f lavfi -i "$sky" -vf "$scene" -frames:v 1
to scene.png;  encode -i "$work/scene.png" -vf "split[a][b];[a]palettegen=64[p];[b][p]paletteuse=dither=none" -frames:v 1
to scene.jpg;  encode -i "$work/scene.png" -q:v 6 -frames:v 1
to scene.gif;  encode -i "$work/scene.png" -vf "split[a][b];[a]palettegen=32[p];[b][p]paletteuse=dither=none" -frames:v 1
to scene.tiff; encode -i "$work/scene.png" -compression_algo deflate -frames:v 1

# The same picture moving, with the voice.
film() { to "$1"; shift; encode -loop 1 -framerate 10 -i "$work/scene.png" -i "$work/voice.wav" -t 2.5 -vf "scale=176:144,crop=160:128:x='4*t':y=8,scale=176:144,format=yuv420p" "$@"; }
film film.mp4  -c:v libx264 -crf 30 -c:a aac -b:a 24k -movflags +faststart
film film.m4v  -c:v libx264 -crf 30 -c:a aac -b:a 24k -f ipod
film film.mov  -c:v libx264 -crf 30 -c:a aac -b:a 24k -f mov
film film.3gp  -c:v h263 -b:v 60k -c:a aac -b:a 24k -f 3gp
film film.webm -c:v libvpx-vp9 -crf 42 -b:v 0 -c:a libopus -b:a 24k
film film.ogv  -c:v libtheora -q:v 3 -c:a libvorbis -b:a 32k
film film.mpeg -r 25 -c:v mpeg1video -b:v 100k -c:a mp2 -b:a 32k -ar 16000 -f mpeg
film film.flv  -c:v flv1 -b:v 60k -c:a libmp3lame -ar 22050 -b:a 32k
film film.avi  -c:v mpeg4 -b:v 60k -c:a libmp3lame -b:a 32k
film film.wmv  -c:v wmv2 -b:v 60k -c:a wmav2 -b:a 32k -f asf

ls -l files | awk '{ total += $5; print $5, $9 } END { print total, "in all" }'
