package branding

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"gatehouse/sso"
)

func picture(t *testing.T, width, height int, noise bool) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	random := rand.New(rand.NewPCG(1, 2))
	for y := range height {
		for x := range width {
			c := color.NRGBA{R: 14, G: 92, B: 75, A: 255}
			if noise {
				c.R, c.G, c.B = uint8(random.Uint32()), uint8(random.Uint32()), uint8(random.Uint32())
			}
			m.SetNRGBA(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// chunk is a part of a PNG file.
func chunk(kind, data string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(out, kind+data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(kind+data)))
}

// after puts a chunk behind the header of a picture, which has 33 bytes.
func after(p, c []byte) []byte {
	return append(append(bytes.Clone(p[:33]), c...), p[33:]...)
}

func TestPNG(t *testing.T) {
	t.Parallel()
	plain := picture(t, 64, 32, false)
	clean, _, err := Sanitize(plain)
	if err != nil || clean.Width != 64 || clean.Height != 32 || clean.Media != sso.MediaPNG || len(clean.Hash) != 64 {
		t.Fatalf("%+v (%v)", clean, err)
	}
	for name, in := range map[string][]byte{
		"text":       after(plain, chunk("tEXt", "Comment\x00<script>")),
		"place":      after(plain, chunk("eXIf", "MM\x00*")),
		"animation":  after(plain, chunk("acTL", "\x00\x00\x00\x02\x00\x00\x00\x00")),
		"an archive": append(bytes.Clone(plain), "PK\x03\x04 and more"...),
	} {
		got, _, err := Sanitize(in)
		if err != nil || got.Hash != clean.Hash {
			t.Errorf("%s is still in it: %d bytes (%v)", name, len(got.Body), err)
		}
	}
	bomb := bytes.Clone(plain)
	binary.BigEndian.PutUint32(bomb[16:], 60_000)
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	broken := bytes.Clone(plain)
	broken[40] ^= 1
	for name, c := range map[string]struct {
		in   []byte
		says string
	}{
		"very many pixels": {bomb, "60000 × 60000"},
		"wide":             {picture(t, 1025, 1000, false), "1025 × 1000"},
		"narrow":           {picture(t, 1, 500, false), "narrow"},
		"cut":              {plain[:len(plain)-20], "read as a PNG"},
		"wrong sum":        {broken, "read as a PNG"},
		"signature only":   {[]byte(pngSignature), "read as a PNG"},
		"noise":            {picture(t, 400, 400, true), "128 KiB"},
	} {
		_, _, err := Sanitize(c.in)
		e, ok := errors.AsType[*sso.Error](err)
		if !ok || e.Code != "logo_unusable" || !strings.Contains(e.Public, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
