package route

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"regexp"
	"unicode/utf8"
)

const multipartForm = "multipart/form-data"

// plainField matches the names of our form fields. Other names could be parsed in
// different ways: quoted, escaped or truncated.
var plainField = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,64}$`)

// readFiles reads a form that may carry files (RFC 7578), all of which is in
// body: what is in a file is the value of its field. A file that is not text,
// such as a certificate in DER form, becomes its base64. The file's name and content
// type are claims of the client, and are dropped.
func readFiles(body []byte, boundary string) (url.Values, error) {
	if boundary == "" || len(boundary) > 70 { // RFC 2046 §5.1.1
		return nil, unreadable(errors.New("no boundary, or a long one"))
	}
	values := url.Values{}
	for reader, parts := multipart.NewReader(bytes.NewReader(body), boundary), 0; ; parts++ {
		part, err := reader.NextRawPart()
		switch {
		case err == io.EOF: //nolint:errorlint // the reader returns it bare
			return values, nil
		case err != nil:
			return nil, unreadable(err)
		case parts == maxParameters:
			return nil, refusal(codeParameters, "The request has too many parameters: the limit is 100.")
		}
		name, file, err := partName(part)
		if err != nil {
			return nil, unreadable(err)
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, unreadable(err)
		}
		value := string(content)
		if !utf8.Valid(content) || bytes.IndexByte(content, 0) >= 0 {
			if !file {
				return nil, refuseParameter(
					codeEncoding, name, `A parameter "{name}" is not text.`, "A parameter is not text.",
				)
			}
			value = base64.StdEncoding.EncodeToString(content)
		}
		values[name] = append(values[name], value)
	}
}

func unreadable(err error) error {
	return refusal(codeBad, "The form cannot be read.").WithCause(err)
}

// partName returns the field name of a part, and whether the part is a file.
func partName(part *multipart.Part) (name string, file bool, err error) {
	dispositions := part.Header.Values("Content-Disposition")
	if len(dispositions) != 1 || part.Header.Get("Content-Transfer-Encoding") != "" {
		return "", false, errors.New("a part with several dispositions, or encoded")
	}
	kind, params, err := mime.ParseMediaType(dispositions[0])
	if err != nil ||
		kind != "form-data" ||
		!plainField.MatchString(params["name"]) {
		return "", false, errors.Join(err, errors.New("a part without a plain name"))
	}
	_, file = params["filename"]
	return params["name"], file, nil
}
