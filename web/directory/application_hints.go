package directory

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// mostArriving is how many enterprises are named that have a default application.
const mostArriving = 5

// removalText says what the deletion of an application ends, and for which enterprises it
// is where people arrive.
func (d *Directory) removalText(ctx context.Context, a sso.Application) (string, error) {
	text := "No one can access it through Gatehouse afterwards: its proxy is refused within a second."
	all, next, err := d.Arrivals.EnterprisesArriving(ctx, a.ID, sso.Page{Limit: mostArriving})
	if err != nil {
		return "", fmt.Errorf("find the enterprises that arrive at an application: %w", err)
	}
	if len(all) == 0 {
		return text, nil
	}
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.Name
	}
	if next != "" {
		names = append(names, "other enterprises")
	}
	return text + " It is the default application of " + enumerate(names) +
		": their people arrive at the list of their applications from then on.", nil
}

// enumerate joins names as a sentence lists them.
func enumerate(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// sharedOrigins returns the origins that other applications have, too.
func (d *Directory) sharedOrigins(ctx context.Context, a sso.Application) ([]sharedOrigin, error) {
	found, err := d.Launch.Shared(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("find applications at the same origins: %w", err)
	}
	var all []sharedOrigin
	for _, s := range found {
		row := sharedOrigin{Origin: s.Origin}
		for _, other := range s.Others {
			row.Others = append(row.Others, linkTo(other))
		}
		if s.First.ID != a.ID {
			first := linkTo(s.First)
			row.First = &first
		}
		all = append(all, row)
	}
	return all, nil
}

func linkTo(a sso.Application) ui.Link {
	return ui.Link{Label: a.Name, Href: applicationHref(a.ID)}
}
