package connections

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"gatehouse/sso"
)

// Problems of text that was entered as a certificate.
const (
	noCertificate      = "Enter a certificate: the text between BEGIN CERTIFICATE and END CERTIFICATE."
	isPrivateKey       = "This is a private key, which only its owner should have. It was not saved. Enter the certificate."
	isRequest          = "This is a certificate request. Enter the certificate that was issued for it."
	isPublicKey        = "This is a public key. Enter the certificate that holds it."
	isBundle           = "This is a PKCS #7 bundle. Export the certificate alone, in Base64 (PEM) form."
	isPKCS12           = "This is a PKCS #12 file, which may hold a private key. It was not saved. Export the certificate alone, in Base64 (PEM) form."
	cutCertificate     = "A BEGIN line has no END line: the certificate was not copied whole."
	brokenCertificate  = "What is between BEGIN CERTIFICATE and END CERTIFICATE is damaged. Copy it again."
	maxNestedEncodings = 2
)

// readCertificates reads the certificates in a text, in every form that can mean
// one thing only: PEM with any line ends or none, with text around it, indented,
// in quotes, with line ends written as \n; the base64 or the hexadecimal digits
// of the DER form; an X509Certificate element. Otherwise wrong is the problem.
// The rest of the checks parse the certificates.
func readCertificates(text string) (all [][]byte, wrong string) {
	if len(text) > maxCertificateText {
		return nil, fmt.Sprintf("Use at most %d bytes.", maxCertificateText)
	}
	if _, err := sso.PlainText([]byte(text)); err != nil {
		e := err.Error()
		return nil, strings.ToUpper(e[:1]) + e[1:] + "."
	}
	return certificatesIn(text, maxNestedEncodings)
}

// HoldsPrivateKey reports whether a text that was entered as a certificate holds
// a private key, which must not be shown or stored.
func HoldsPrivateKey(text string) bool {
	_, wrong := readCertificates(text)
	return wrong == isPrivateKey || wrong == isPKCS12
}

func certificatesIn(text string, nested int) ([][]byte, string) {
	text = unescaped(text)
	if marks().MatchString(text) {
		return readBlocks(text)
	}
	if found := elementsOf().FindAllStringSubmatch(text, -1); found != nil {
		var all [][]byte
		for _, f := range found {
			der, ok := decodeLenient(f[1])
			if !ok {
				return nil, brokenCertificate
			}
			all = append(all, der)
		}
		return all, ""
	}
	return bare(text, nested)
}

// unescaped replaces line ends that were written as text, and removes invisible
// characters.
func unescaped(text string) string {
	text = strings.NewReplacer(
		`\\r\\n`, "\n", `\\n`, "\n", `\\r`, "\n", `\r\n`, "\n", `\n`, "\n", `\r`, "\n", `\t`, " ",
		`\/`, "/", `\u002b`, "+", `\u002f`, "/", `\u003d`, "=",
		"&#10;", "\n", "&#13;", "\n", "&#xA;", "\n", "&#xD;", "\n", "&#43;", "+", "&#x2B;", "+",
		"&#61;", "=", "&quot;", `"`, "<br>", "\n", "<br/>", "\n", "<br />", "\n",
		"%0A", "\n", "%0a", "\n", "%0D", "", "%0d", "", "%2B", "+", "%2b", "+", "%2F", "/", "%2f",
		"/", "%3D", "=", "%3d", "=", "%20", " ",
	).Replace(text)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsSpace(r) && r != '\n':
			return ' '
		case unicode.In(r, unicode.Cf):
			return -1
		}
		return r
	}, text)
}

const dashes = `[-\x{2010}-\x{2015}\x{2212}]{2,5}`

func marks() *regexp.Regexp {
	return regexp.MustCompile(dashes + ` *(BEGIN|END) +([A-Z0-9 #]*[A-Z0-9]) *` + dashes)
}

func elementsOf() *regexp.Regexp {
	return regexp.MustCompile(`<(?:[A-Za-z0-9_.-]+:)?X509Certificate(?: [^<>]*)?>([^<>]+)</`)
}

// readBlocks reads PEM (RFC 7468). Text outside of the blocks is explanatory, as
// openssl x509 -text writes it.
func readBlocks(text string) ([][]byte, string) {
	found := marks().FindAllStringSubmatchIndex(text, -1)
	for _, m := range found { // first: no part of a private key is read
		if strings.Contains(text[m[4]:m[5]], "PRIVATE KEY") {
			return nil, isPrivateKey
		}
	}
	var all [][]byte
	for i := 0; i < len(found); i += 2 {
		begin := found[i]
		label := text[begin[4]:begin[5]]
		if text[begin[2]:begin[3]] != "BEGIN" || i+1 == len(found) {
			return nil, cutCertificate
		}
		end := found[i+1]
		if text[end[2]:end[3]] != "END" || text[end[4]:end[5]] != label {
			return nil, cutCertificate
		}
		if wrong := labelled(label); wrong != "" {
			return nil, wrong
		}
		der, ok := decodeLenient(withoutHeaders(text[begin[1]:end[0]]))
		if !ok {
			return nil, brokenCertificate
		}
		if der, ok = firstElement(der, label == "TRUSTED CERTIFICATE"); !ok {
			return nil, brokenCertificate
		}
		all = append(all, der)
	}
	return all, ""
}

// labelled returns the problem of a block with another label; "" for a
// certificate.
func labelled(label string) string {
	switch label {
	case "CERTIFICATE", "X509 CERTIFICATE", "X.509 CERTIFICATE", "TRUSTED CERTIFICATE":
		return ""
	case "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST":
		return isRequest
	case "PUBLIC KEY", "RSA PUBLIC KEY", "EC PUBLIC KEY", "SSH2 PUBLIC KEY":
		return isPublicKey
	case "PKCS7", "CMS", "PKCS #7 SIGNED DATA":
		return isBundle
	}
	return noCertificate
}

// withoutHeaders leaves out the headers of a block (RFC 1421 §4.6).
func withoutHeaders(body string) string {
	var kept []string
	for line := range strings.SplitSeq(body, "\n") {
		if !strings.Contains(line, ": ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// firstElement cuts off the trust settings that OpenSSL writes behind a trusted
// certificate. No other form has data behind it.
func firstElement(der []byte, trusted bool) ([]byte, bool) {
	var element asn1.RawValue
	rest, err := asn1.Unmarshal(der, &element)
	if err != nil || len(rest) > 0 && !trusted {
		return nil, false
	}
	return element.FullBytes, true
}

// decodeLenient reads base64 or base64url, padded or not, with any blanks or
// quotes in between.
func decodeLenient(text string) ([]byte, bool) {
	text = strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\n', '\t', '"', '\'', '`', ',', '|', '>':
			return -1
		case '-':
			return '+'
		case '_':
			return '/'
		}
		return r
	}, text)
	der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	return der, err == nil && len(der) > 0
}

// bare reads text that has neither BEGIN lines nor elements around it.
func bare(text string, nested int) ([][]byte, string) {
	text = strings.Trim(text, " \n\t\"'`,;")
	if digits := strings.NewReplacer(" ", "", "\n", "", ":", "", "0x", "").
		Replace(text); strings.HasPrefix(digits, "308") {
		if der, err := hex.DecodeString(digits); err == nil {
			return recognised([][]byte{der})
		}
	}
	if der, ok := decodeLenient(text); ok {
		if nested > 0 && strings.Contains(string(der), "-----BEGIN ") {
			return certificatesIn(string(der), nested-1) // PEM in base64, as secrets of Kubernetes hold it
		}
		return recognised(elementsIn(der))
	}
	var all [][]byte
	for part := range strings.SplitSeq(text, "\n\n") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		der, ok := decodeLenient(part)
		if !ok {
			return nil, noCertificate
		}
		all = append(all, der)
	}
	return recognised(all)
}

// elementsIn splits several certificates whose base64 was joined.
func elementsIn(der []byte) [][]byte {
	var all [][]byte
	for rest := der; len(rest) > 0; {
		var element asn1.RawValue
		after, err := asn1.Unmarshal(rest, &element)
		if err != nil {
			return [][]byte{der}
		}
		all, rest = append(all, element.FullBytes), after
	}
	return all
}

// recognised returns the problem of unlabelled data that is not a certificate.
func recognised(all [][]byte) ([][]byte, string) {
	for _, der := range all {
		if wrong := kindOf(der); wrong != "" {
			return nil, wrong
		}
	}
	if len(all) == 0 {
		return nil, noCertificate
	}
	return all, ""
}

func kindOf(der []byte) string {
	var content struct {
		Type asn1.ObjectIdentifier
		Rest asn1.RawValue `asn1:"optional,explicit,tag:0"`
	}
	var pfx struct {
		Version int
		Safe    asn1.RawValue
		Mac     asn1.RawValue `asn1:"optional"`
	}
	if _, err := x509.ParseCertificate(der); err == nil {
		return ""
	}
	_, pkcs8 := x509.ParsePKCS8PrivateKey(der)
	_, pkcs1 := x509.ParsePKCS1PrivateKey(der)
	_, ec := x509.ParseECPrivateKey(der)
	_, request := x509.ParseCertificateRequest(der)
	_, public := x509.ParsePKIXPublicKey(der)
	_, rsa := x509.ParsePKCS1PublicKey(der)
	_, bundle := asn1.Unmarshal(der, &content)
	_, pkcs12 := asn1.Unmarshal(der, &pfx)
	switch {
	case pkcs8 == nil, pkcs1 == nil, ec == nil:
		return isPrivateKey
	case request == nil:
		return isRequest
	case public == nil, rsa == nil:
		return isPublicKey
	case bundle == nil && content.Type.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}):
		return isBundle
	case pkcs12 == nil && pfx.Version == 3:
		return isPKCS12
	}
	return ""
}
