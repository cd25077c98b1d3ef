package console

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// GalleryRewrite returns the fields of a rewrite with a preset chosen.
func GalleryRewrite() []ui.Field {
	presets := ui.Field{
		ID:      "rewrite-preset",
		Name:    "mapping.groups_rewrite.preset",
		Label:   "Convert each group value",
		Hint:    "A value that this does not apply to stays unchanged.",
		Kind:    "select",
		Options: RewriteOptions(),
	}
	for i := range presets.Options {
		presets.Options[i].Chosen = presets.Options[i].Value == sso.RewriteCommonName
	}
	pattern := ui.Field{
		ID:       "rewrite-pattern",
		Name:     "mapping.groups_rewrite.pattern",
		Label:    "Expression for group names",
		Hint:     `A regular expression with the name in parentheses, such as ^ACME\\(.+)$. Only without a choice above.`,
		Optional: true,
		Mono:     true,
	}
	replace := ui.Field{
		ID:       "rewrite-replace",
		Name:     "mapping.groups_rewrite.replace",
		Label:    "Group name from the expression",
		Hint:     "Leave it empty for $1, the first part in parentheses.",
		Optional: true,
		Mono:     true,
	}
	return []ui.Field{presets, pattern, replace}
}

// GalleryTrace returns what a rewrite makes of the values of a test.
func GalleryTrace() *GroupTrace {
	matched := []sso.GroupPlace{
		{Name: "engineering", Organization: "Research"},
		{Name: "engineering", Organization: "Website"},
	}
	return NewGroupTrace(sso.GroupTrace{
		Source: "http://schemas.xmlsoap.org/claims/Group",
		Values: []sso.TracedGroup{
			{
				Sent:   "CN=engineering,OU=Groups,OU=Munich,DC=corp,DC=acme,DC=example",
				Name:   "engineering",
				Groups: matched,
			},
			{
				Sent: "CN=grp_all_employees_without_contractors,DC=acme",
				Name: "grp_all_employees_without_contractors",
			},
			{
				Sent:    "CN=app-old,DC=acme",
				Name:    "app-old",
				LeftOut: true,
			},
			{Sent: "sales\u00a0team", Why: sso.RawNoBreakSpace},
		},
	}, gallery.Ago(time.Hour))
}
