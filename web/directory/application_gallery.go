package directory

import (
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryApplications() []gallery.Example {
	list := &applicationsPage{
		Base: gallery.Console("Applications"),
		Rows: []applicationRow{
			galleryApplicationRow("Wiki", "wiki", "https://wiki.example.com", 0),
			galleryApplicationRow(odd, "odd", "https://"+gallery.LongLogin[40:], 3),
		},
		Pager: ui.Pager{Next: "?cursor=x"},
	}
	trail := ui.Link{Label: "Applications", Href: "/admin/applications"}
	one := galleryApplication(trail)
	wrong := &applicationDetailPage{
		Base:    gallery.Console("Applications", trail),
		Heading: "Add an application",
		New:     true,
		Action:  "/admin/applications",
		Fields:  galleryApplicationFields(),
	}
	wrong.Fields[2].Error = "Line 2: Use a scheme and a host as browsers write them, such as https://wiki.example.com: lower case, no path, no standard port."
	wrong.Wrong = []ui.Wrong{{ID: "origins", Label: "Origins", Message: wrong.Fields[2].Error}}
	return []gallery.Example{
		{
			Name:   "Applications-empty",
			Status: 200,
			Page:   &applicationsPage{Base: gallery.Console("Applications")},
		},
		{
			Name:   "Applications-typical",
			Status: 200,
			Page:   list,
		},
		{
			Name:   "ApplicationDetail-typical",
			Status: 200,
			Page:   one,
		},
		{
			Name:   "ApplicationDetail-problem",
			Status: 422,
			Page:   wrong,
		},
	}
}

func galleryApplicationRow(name, key, origin string, more int) applicationRow {
	return applicationRow{
		ui.Link{
			Label: name,
			Href:  "/admin/applications/x",
		},
		key,
		origin,
		more,
		"people of 2 enterprises in one of 1 group",
	}
}

func galleryApplicationFields() []ui.Field {
	return []ui.Field{
		{
			ID:    "name",
			Name:  "name",
			Label: "Name",
			Hint:  "What people are shown.",
			Value: "Wiki",
		},
		{
			ID:    "key",
			Name:  "key",
			Label: "Key",
			Value: "wiki",
			Mono:  true,
		},
		{
			ID:    "origins",
			Name:  "origins",
			Label: "Origins",
			Hint:  "Scheme and host, one per line.",
			Kind:  "area",
			Lines: 3,
			Mono:  true,
			Value: "https://wiki.example.com",
		},
		{
			ID:       "groups",
			Name:     "groups",
			Label:    "Required groups",
			Kind:     "area",
			Lines:    3,
			Mono:     true,
			Optional: true,
			Value:    "platform/developers",
		},
		{
			ID:       "groups_limit",
			Name:     "groups_limit",
			Label:    "Maximum group list size",
			Kind:     "number",
			Optional: true,
			Most:     5,
		},
		{
			ID:       "public_paths",
			Name:     "public_paths",
			Label:    "Paths that need no sign-in",
			Hint:     "Such as /health, or /public/* for all below it, one per line.",
			Kind:     "area",
			Lines:    3,
			Mono:     true,
			Optional: true,
			Value:    "/health\n/public/*",
		},
		typed{maxAge: "60"}.need()[0],
		typed{acr: "https://refeds.org/profile/mfa"}.need()[1],
		{
			ID:       "allow_preflight",
			Name:     "allow_preflight",
			Kind:     "check",
			Value:    "true",
			Label:    "Let CORS preflights pass without a sign-in",
			Hint:     "Browsers send them without cookies.",
			Checked:  true,
			Optional: true,
		},
		{
			ID:       "programs",
			Name:     "programs",
			Kind:     "check",
			Value:    "true",
			Label:    "Accept programs with a token",
			Hint:     "Only if its proxy removes the token from what the application gets.",
			Optional: true,
		},
	}
}

func galleryApplication(trail ui.Link) *applicationDetailPage {
	return &applicationDetailPage{
		Base:    gallery.Console("Applications", trail),
		Heading: "Wiki",
		Action:  "/admin/applications/x",
		Fields:  galleryApplicationFields(),
		Shared: []sharedOrigin{
			{
				Origin: "https://wiki.example.com",
				Others: []ui.Link{
					{Label: "Docs", Href: "/admin/applications/y"},
					{Label: odd, Href: "/admin/applications/z"},
				},
			},
			{
				Origin: "https://docs.example.com",
				Others: []ui.Link{{Label: "Docs", Href: "/admin/applications/y"}},
				First:  &ui.Link{Label: "Docs", Href: "/admin/applications/y"},
			},
		},
		Cookie: true,
		Snippets: []snippet{
			{
				"snippet-nginx", "nginx", true,
				"server {\n    listen 443 ssl;\n    server_name wiki.example.com;\n    proxy_set_header X-Auth-Request-Preferred-Username $auth_preferred_and_something_that_is_really_rather_long;\n}\n",
				"Replace 127.0.0.1:8080 by where Gatehouse listens.",
			},
			{
				"snippet-envoy", "Envoy", false,
				"http_filters:\n  - name: envoy.filters.http.ext_authz\n",
				"Replace gatehouse:8080 by where Gatehouse listens.",
			},
		},
		Remove: &ui.Confirm{
			Label:  "Delete this application",
			Text:   "No one can open it then.",
			Action: "/admin/applications/x/delete",
			Button: "Delete",
			Danger: true,
		},
	}
}
