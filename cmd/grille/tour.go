package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/grille-dev/grille"
	"github.com/grille-dev/grille/demo"
	"github.com/grille-dev/grille/demo/tour"
	"github.com/grille-dev/grille/model"
)

// wordsPerMinute is how fast the tour is read at speed 1.
const wordsPerMinute = 240

func (p *program) tour() *cobra.Command {
	speed, scene := 1.0, 0
	c := &cobra.Command{
		Use:   "tour",
		Short: "be shown the demo: who sees what, what leaves, what can be proved",
		Long: fmt.Sprintf(`Shows the hospital of the demo in %d scenes. Everything on the screen is of this
run; what a scene claims is looked at before it is printed, and a claim that does
not hold ends the tour with exit code 5.

Where a model is needed, the tour starts a stand-in on this machine: a server that
answers from a script and keeps what it is sent. Nothing leaves the machine.

On a terminal it waits for you: Enter goes on, q ends. In a pipe it does not.`, tour.Scenes()),
		Example: `  grille demo tour
  grille demo tour --scene 3
  grille demo tour --speed 2
  grille demo tour --speed 0 > tour.txt
  grille demo tour -o json`,
		Args: args(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case speed < 0 || speed > 100 || math.IsNaN(speed):
				return usage("--speed is from 0, which does not wait, to 100, not %v", speed)
			case c.Flags().Changed("scene") && (scene < 1 || scene > tour.Scenes()):
				return usage("--scene is from 1 to %d, not %d", tour.Scenes(), scene)
			case p.flags.output == "csv":
				return usage("the tour is told, or a list of what was claimed with -o json")
			}
			return p.demoTour(c.Context(), scene, speed)
		},
	}
	p.drawing(c)
	c.Flags().Float64Var(&speed, "speed", 1, "how `fast` you read: 2 is twice as fast, 0 does not wait")
	c.Flags().IntVar(&scene, "scene", 0, "show only the scene of this `number`")
	return c
}

func (p *program) demoTour(ctx context.Context, scene int, speed float64) error {
	fmt.Fprintln(p.err, "making a hospital ...")
	image, err := demo.Image(ctx, p.clock())
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "grille-tour-")
	if err != nil {
		return fmt.Errorf("making a folder for the tour's ledger: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	shown, err := tour.Run(ctx, tour.Config{
		Image: image, Dir: dir, Clock: p.clock, Random: p.random, Only: scene, Screen: p.screen(speed),
		Open: func(ctx context.Context, m model.Client, l grille.Ledger) (*grille.Grille, error) {
			return p.openImage(ctx, image, draftsman{m, l})
		},
	})
	var broken *tour.Broken
	switch {
	case errors.As(err, &broken):
		return &found{broken.Error(), exitInternal}
	case errors.Is(err, tour.ErrQuit):
		return nil
	case err != nil:
		return err
	case p.flags.output == "json":
		e := json.NewEncoder(p.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(shown)
	}
	return nil
}

// screen is where a tour is shown, and who turns its pages.
func (p *program) screen(speed float64) tour.Screen {
	s := tour.Screen{Out: p.out, Width: p.columns(), Bold: p.styled(), Draw: p.drawn()}
	if p.flags.output == "json" {
		return tour.Screen{Out: io.Discard}
	}
	keys := p.keyboardOf()
	if keys == nil || speed == 0 {
		return s
	}
	s.Pause = func(ctx context.Context, words int) error {
		key, err := keys.wait(ctx, time.Duration(float64(words)*float64(time.Minute)/(wordsPerMinute*speed)))
		return ended(key, err)
	}
	s.Next = func(ctx context.Context) error {
		fmt.Fprint(p.out, "\nEnter: go on, q: end ")
		key, err := keys.wait(ctx, 0)
		fmt.Fprintln(p.out)
		return ended(key, err)
	}
	return s
}

// ended is tour.ErrQuit for the keys that say so.
func ended(key byte, err error) error {
	switch {
	case err != nil:
		return err
	case key == 'q' || key == 'Q' || key == keyCtrlD:
		return tour.ErrQuit
	default:
		return nil
	}
}
