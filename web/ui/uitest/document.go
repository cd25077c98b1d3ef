package uitest

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
)

// document is an HTML page, walked once.
type document struct {
	tags   map[string]int
	ids    map[string]int
	refs   []string // ids that something refers to
	labels map[string]bool
	inputs []string
	faults []string
	lang   string
}

func walkHTML(n *html.Node, d *document) {
	if n.Type == html.ElementNode {
		d.element(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walkHTML(c, d)
	}
}

func (d *document) element(n *html.Node) {
	d.tags[n.Data]++
	a := d.attributes(n)
	switch n.Data {
	case "html":
		d.lang = a["lang"]
	case "label":
		d.labels[a["for"]] = true
	case "input", "select", "textarea":
		if a["type"] != "hidden" {
			d.inputs = append(d.inputs, a["id"])
		}
	}
	if fault := faultOf(n, a); fault != "" {
		d.faults = append(d.faults, fault)
	}
}

// attributes returns the attributes of an element, and notes its ID, what it
// refers to, and attributes that no element may have.
func (d *document) attributes(n *html.Node) map[string]string {
	a := map[string]string{}
	for _, at := range n.Attr {
		a[at.Key] = at.Val
		moved := at.Key == "tabindex" && at.Val != "0" && at.Val != "-1"
		if strings.HasPrefix(at.Key, "on") || at.Key == "style" || moved {
			d.faults = append(d.faults, fmt.Sprintf("<%s %s=%q>", n.Data, at.Key, at.Val))
		}
	}
	if id, ok := a["id"]; ok {
		d.ids[id]++
	}
	for _, ref := range []string{"for", "aria-describedby", "aria-labelledby", "data-copy"} {
		d.refs = append(d.refs, strings.Fields(a[ref])...)
	}
	if strings.HasPrefix(a["href"], "#") {
		d.refs = append(d.refs, a["href"][1:])
	}
	return a
}

// faultOf says what is wrong with an element of a kind; "" for nothing.
func faultOf(n *html.Node, a map[string]string) string {
	switch n.Data {
	case "style":
		return "an inline style sheet"
	case "script":
		if a["src"] == "" || a["type"] != "module" || n.FirstChild != nil {
			return "an inline script"
		}
	case "a", "button":
		return faultOfLink(n, a)
	case "th":
		if a["scope"] == "" {
			return "a header cell without scope"
		}
	case "form":
		// A form states its method: one that only looks leads to an address that can be kept.
		if a["method"] != "post" && a["method"] != "get" || a["action"] == "" {
			return "a form without a method or an address"
		}
	}
	return ""
}

func faultOfLink(n *html.Node, a map[string]string) string {
	script := n.Data == "a" &&
		strings.HasPrefix(strings.ToLower(strings.TrimSpace(a["href"])), "javascript:")
	switch {
	case script:
		return "a link that is a script"
	case a["aria-label"] == "" && strings.TrimSpace(text(n)) == "":
		return "a " + n.Data + " without words"
	}
	return ""
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	s := ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s += text(c)
	}
	return s
}
