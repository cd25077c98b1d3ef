package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"gatehouse/config"
	"gatehouse/internal/demo"
	"gatehouse/sso"
)

func newServe(a *app) *cobra.Command {
	return a.withSettings(&cobra.Command{
		Use:   "serve",
		Short: "Run the gateway",
		Args:  cobra.NoArgs,
		RunE: does(func(cmd *cobra.Command) error {
			c, err := a.settings(cmd)
			if err != nil {
				return err
			}
			return a.serve(cmd.Context(), c)
		}),
	})
}

func (a *app) serve(ctx context.Context, c config.Config) (err error) {
	log := newLog(a.stderr, c.Log)
	keys, err := keyring(c)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, c, keys, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if mark, err := db.Meta(ctx, demo.MetaKey); err != nil {
		return err
	} else if mark != "" {
		return errors.New("this is the database of a demo, whose people need no password; use another one")
	}
	g, err := newGateway(parts{
		config: c,
		db:     db,
		keys:   keys,
		log:    log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, g.close()) }()
	all, err := listeners(ctx, c, g, log)
	if err != nil {
		return err
	}
	g.nodes.look(ctx)
	log.Info(
		"ready", "base_url", c.BaseURL, "listen", all[0].Addr().String(), "database",
		c.Database.String(), "version", g.build.Version,
	)
	if err := a.nextStep(ctx, g); err != nil && ctx.Err() == nil { // if ctx ended meanwhile, it stops as usual
		return err
	}
	return g.run(ctx, all, c.ShutdownDelay)
}

// listeners opens the main listener and, if configured, one for metrics.
func listeners(ctx context.Context, c config.Config, g *gateway, log *slog.Logger) ([]listener, error) {
	main, err := listen(ctx, "listen", c.Listen, g.handler(), log)
	if err != nil {
		return nil, err
	}
	all := []listener{main}
	if c.Metrics.Listen != "" {
		l, err := listen(ctx, "metrics.listen", c.Metrics.Listen, g.metrics.Handler(), log)
		if err != nil {
			return nil, errors.Join(err, main.Close())
		}
		all = append(all, l)
	}
	return all, nil
}

// nextStep says one thing to open: the link that creates the first admin, or else the
// console in which to add the first enterprise.
func (a *app) nextStep(ctx context.Context, g *gateway) error {
	if printed, err := a.firstLink(ctx, g); printed || err != nil {
		return err
	}
	enterprises, _, err := g.db.Enterprises(ctx, sso.Page{Limit: 1})
	if err != nil {
		return fmt.Errorf("look for enterprises: %w", err)
	}
	if len(enterprises) == 0 {
		g.log.Info("no enterprise yet: sign in to the console and add the first", "console", g.config.BaseURL+"/admin")
	}
	return nil
}
