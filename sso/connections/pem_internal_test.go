package connections

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"
)

func madeCertificate(t *testing.T) (der []byte, key *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "idp"},
		NotAfter:     time.Now().Add(time.Hour),
	}
	if der, err = x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key); err != nil {
		t.Fatal(err)
	}
	return der, key
}

func block(label string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}))
}

// TestFormsOfACertificate: what consoles, YAML files, environment variables and
// mails make of a certificate is still that certificate.
func TestFormsOfACertificate(t *testing.T) {
	t.Parallel()
	der, _ := madeCertificate(t)
	text := block("CERTIFICATE", der)
	b64 := base64.StdEncoding.EncodeToString(der)
	lines := strings.Split(strings.TrimSpace(text), "\n")
	body := strings.Join(lines[1:len(lines)-1], "\n")
	replaced := func(old, new string) string {
		return strings.ReplaceAll(text, old, new)
	}
	for name, form := range map[string]string{
		"PEM":                    text,
		"no line end at the end": strings.TrimSpace(text),
		"CRLF":                   replaced("\n", "\r\n"),
		"CR":                     replaced("\n", "\r"),
		"blank lines":            replaced("\n", "\n\n"),
		"base64":                 b64,
		"base64 in lines":        body,
		"base64 in CRLF lines":   strings.ReplaceAll(body, "\n", "\r\n"),
		"base64 with spaces":     strings.ReplaceAll(body, "\n", " "),
		"base64 without padding": strings.TrimRight(b64, "="),
		"base64url": base64.RawURLEncoding.EncodeToString(
			der,
		),
		"base64 in quotes": `"` + b64 + `"`,
		"one line, spaces": replaced("\n", " "),
		`literal \n`:       replaced("\n", `\n`),
		`literal \r\n`:     replaced("\n", `\r\n`),
		`literal \\n`:      replaced("\n", `\\n`),
		"a JSON text":      `"` + replaced("\n", `\n`) + `"`,
		"a JSON text, escaped": `"` +
			strings.ReplaceAll(replaced("\n", `\n`), "/", `\/`) + `",`,
		"indented":           "    " + replaced("\n", "\n    "),
		"indented with tabs": "\t" + replaced("\n", "\n\t"),
		"a YAML block": "idp:\n  certificate: |\n    " +
			replaced("\n", "\n    "),
		"an environment variable": "SAML_CERT='" + replaced("\n", `\n`) +
			"'",
		"no line breaks": replaced("\n", ""),
		"no line break after BEGIN": strings.Replace(
			text, "CERTIFICATE-----\n", "CERTIFICATE-----", 1,
		),
		"no line break before END": strings.Replace(
			text, "\n-----END", "-----END", 1,
		),
		"a byte order mark":            "\ufeff" + text,
		"a byte order mark and base64": "\ufeff" + b64,
		"quotes":                       `"` + text + `"`,
		"single quotes":                "'" + text + "'",
		"no-break spaces":              replaced("\n", "\u00a0\n"),
		"zero width spaces":            replaced("\n", "\u200b\n"),
		"word-processor dashes":        replaced("-----", "–––––"),
		"longer dashes":                replaced("-----", "——"),
		"HTML line ends":               replaced("\n", "&#10;"),
		"in a link": strings.NewReplacer(
			"\n", "%0A", "+", "%2B", "/", "%2F", "=", "%3D", " ", "%20",
		).Replace(text),
		"X509 CERTIFICATE": replaced(
			"CERTIFICATE", "X509 CERTIFICATE",
		),
		"TRUSTED CERTIFICATE": block(
			"TRUSTED CERTIFICATE",
			append(
				bytes.Clone(der), 0x30, 0x0c, 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06,
				0x01, 0x05, 0x05, 0x07, 0x03, 0x01,
			),
		),
		"bag attributes before": "Bag Attributes\n    friendlyName: idp\nsubject=CN = idp\n\n" + text,
		"openssl x509 -text": "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Subject Public Key Info:\n            Public-Key: (256 bit)\n" +
			text + "\ntrailing words\n",
		"PEM headers": strings.Replace(
			text, "CERTIFICATE-----\n", "CERTIFICATE-----\nComment: of the IdP\nX-Key: 1\n\n", 1,
		),
		"PEM in base64": base64.StdEncoding.EncodeToString([]byte(
			text,
		)),
		"hexadecimal": hex.EncodeToString(der),
		"hexadecimal with colons": strings.ToUpper(strings.Join(
			pairs(hex.EncodeToString(der)), ":",
		)),
		"an X509Certificate element": "<ds:X509Data><ds:X509Certificate>\n" +
			body + "\n</ds:X509Certificate></ds:X509Data>",
		"an element without a prefix": "<X509Certificate>" + b64 +
			"</X509Certificate>",
		"quoted in a mail":                 "> " + replaced("\n", "\n> "),
		"twice the same, blank in between": text + "\n\n" + text,
	} {
		got, wrong := readCertificates(form)
		if wrong != "" || len(got) == 0 || !bytes.Equal(got[0], der) {
			t.Errorf("%s: %q, %d certificates\n%s", name, wrong, len(got), form)
		}
	}
	other, _ := madeCertificate(t)
	for name, form := range map[string]string{
		"PEM": text + block("CERTIFICATE", other),
		"no line breaks": strings.ReplaceAll(
			text+block("CERTIFICATE", other), "\n", "",
		),
		"words in between": text + "and the next one:\n" +
			block("X509 CERTIFICATE", other),
		"base64": b64 + "\n\n" + base64.StdEncoding.EncodeToString(other),
		"elements": "<X509Certificate>" + b64 +
			"</X509Certificate><X509Certificate>" +
			base64.StdEncoding.EncodeToString(other) + "</X509Certificate>",
	} {
		if got, wrong := readCertificates(form); wrong != "" ||
			len(got) != 2 ||
			!bytes.Equal(got[0], der) ||
			!bytes.Equal(got[1], other) {
			t.Errorf("two, %s: %q, %d", name, wrong, len(got))
		}
	}
}

func pairs(digits string) []string {
	var all []string
	for i := 0; i+1 < len(digits); i += 2 {
		all = append(all, digits[i:i+2])
	}
	return all
}

// TestNotACertificate: what is something else is refused by its name, and a
// private key above all.
func TestNotACertificate(t *testing.T) {
	t.Parallel()
	der, key := madeCertificate(t)
	text := block("CERTIFICATE", der)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	must := func(der []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	pkcs8 := must(x509.MarshalPKCS8PrivateKey(key))
	ec := must(x509.MarshalECPrivateKey(key))
	pkcs1 := x509.MarshalPKCS1PrivateKey(rsaKey)
	public := must(x509.MarshalPKIXPublicKey(&key.PublicKey))
	request := must(x509.CreateCertificateRequest(
		rand.Reader, &x509.CertificateRequest{}, key,
	))
	bundle := must(hex.DecodeString(
		"3016" + "06092a864886f70d010702" + "a009" + "3007" + "020101" + "3100" +
			"3000",
	))
	b64 := base64.StdEncoding.EncodeToString
	for name, c := range map[string]struct{ form, want string }{
		"a private key": {block("PRIVATE KEY", pkcs8), isPrivateKey},
		"an RSA private key": {
			block("RSA PRIVATE KEY", pkcs1), isPrivateKey,
		},
		"an EC private key": {block("EC PRIVATE KEY", ec), isPrivateKey},
		"an encrypted private key": {
			block("ENCRYPTED PRIVATE KEY", []byte("x")), isPrivateKey,
		},
		"an OpenSSH private key": {
			block("OPENSSH PRIVATE KEY", []byte("x")), isPrivateKey,
		},
		"a private key after a certificate": {
			text + block("PRIVATE KEY", pkcs8), isPrivateKey,
		},
		"a private key cut short": {
			block("PRIVATE KEY", pkcs8)[:60],
			isPrivateKey,
		},
		"a private key on one line": {
			strings.ReplaceAll(block("PRIVATE KEY", pkcs8), "\n", `\n`),
			isPrivateKey,
		},
		"a private key in base64":      {b64(pkcs8), isPrivateKey},
		"an RSA private key in base64": {b64(pkcs1), isPrivateKey},
		"an EC private key in base64":  {b64(ec), isPrivateKey},
		"a private key's PEM in base64": {
			b64([]byte(block("PRIVATE KEY", pkcs8))), isPrivateKey,
		},
		"a request": {
			block("CERTIFICATE REQUEST", request), isRequest,
		},
		"a new request": {
			block("NEW CERTIFICATE REQUEST", request), isRequest,
		},
		"a request in base64":    {b64(request), isRequest},
		"a public key":           {block("PUBLIC KEY", public), isPublicKey},
		"a public key in base64": {b64(public), isPublicKey},
		"PKCS #7":                {block("PKCS7", bundle), isBundle},
		"PKCS #7 in base64":      {b64(bundle), isBundle},
		"no END": {
			strings.Split(text, "-----END")[0], cutCertificate,
		},
		"no BEGIN": {
			text[strings.Index(text, "\n")+1:],
			cutCertificate,
		},
		"two BEGIN": {
			strings.Split(text, "-----END")[0] + text, cutCertificate,
		},
		"another END": {
			strings.Replace(text, "END CERTIFICATE", "END PUBLIC KEY", 1),
			cutCertificate,
		},
		"damaged": {
			strings.Replace(text, "\nM", "\n%", 1), brokenCertificate,
		},
		"cut in the middle": {
			block("CERTIFICATE", der[:100]), brokenCertificate,
		},
		"nothing in between": {
			"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
			brokenCertificate,
		},
		"nothing": {"", noCertificate},
		"blank":   {" \n\t", noCertificate},
		"words": {
			"the certificate is attached!", noCertificate,
		},
		"UTF-16": {
			"\xff\xfe-\x00-\x00", "The document is UTF-16; save it as UTF-8.",
		},
		"a block of another kind": {
			block("X509 CRL", []byte("x")), noCertificate,
		},
	} {
		got, wrong := readCertificates(c.form)
		if wrong != c.want || got != nil {
			t.Errorf(
				"%s: %q, %d certificates; want %q", name, wrong, len(got), c.want,
			)
		}
		if HoldsPrivateKey(c.form) != (c.want == isPrivateKey) {
			t.Errorf("%s: holds a private key: %v", name, HoldsPrivateKey(c.form))
		}
	}
}
