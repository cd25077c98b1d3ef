package uitest

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	titleElement = regexp.MustCompile(`<title>.*</title>`)
	headScript   = regexp.MustCompile(`(?m)^<script type="module" src="([^"]*)"></script>`)
	shell        = regexp.MustCompile(`<body data-shell="[a-z]*">`)
	mainElement  = regexp.MustCompile(`(?s)<main .*</main>`)
)

// frameScripts are loaded by every page.
const frameScripts = "/static/localtime.js /static/copy.js"

// ownPart returns the part of a page that is its own: the title, the scripts that it
// loads besides those of every page, the shell and main. The rest is the frame, which
// the examples of the frame show.
func ownPart(page string) (string, error) {
	var b strings.Builder
	fmt.Fprintln(&b, titleElement.FindString(page))
	for _, s := range headScript.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(frameScripts, s[1]) {
			fmt.Fprintln(&b, s[0])
		}
	}
	fmt.Fprintln(&b, shell.FindString(page))
	content := mainElement.FindString(page)
	if content == "" {
		return "", fmt.Errorf("the page has no main element")
	}
	fmt.Fprintln(&b, content)
	return b.String(), nil
}
