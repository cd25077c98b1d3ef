package directory

import (
	"context"
	"fmt"
	"strings"

	"gatehouse/sso"
)

// mostArriving is how many enterprises are named that have a default application.
const mostArriving = 5

// removalText says what the deletion of an application ends, and for which enterprises it
// is where people arrive.
func (d *Directory) removalText(ctx context.Context, a sso.Application) (string, error) {
	text := "No one can access it through Gatehouse afterwards: its proxy is refused within a second."
	all, next, err := d.Structure.EnterprisesArriving(ctx, a.ID, sso.Page{Limit: mostArriving})
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
