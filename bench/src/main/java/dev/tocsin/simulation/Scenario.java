package dev.tocsin.simulation;

import java.util.concurrent.TimeUnit;

/// What goes wrong in a run.
enum Scenario {
  /// One gateway is killed; its sockets come back to the others.
  GATEWAY_DIES("a gateway dies") {
    @Override
    void begin(Simulation simulation) {
      simulation.end(0, Crowd.FIRST_DELAY_NANOS);
      simulation.troubleEnds();
    }
  },

  /// All servers of the log are away for nine seconds.
  LOG_RETURNS("the log is away for 9 s") {
    @Override
    void begin(Simulation simulation) {
      long nanos = TimeUnit.SECONDS.toNanos(9);
      simulation.stream().away(SharedStream.State.AWAY, nanos);
      simulation.agenda().after(nanos, simulation::troubleEnds);
    }
  },

  /// Each gateway in turn is stopped in order, and is there again two seconds later; the next follows eight seconds after it.
  ROLLING_UPGRADE("a rolling upgrade") {
    @Override
    void begin(Simulation simulation) {
      upgrade(simulation, 0);
    }

    private void upgrade(Simulation simulation, int place) {
      if (place == simulation.scale().gateways()) {
        simulation.troubleEnds();
        return;
      }
      simulation.end(place, Crowd.STOP_SPREAD_NANOS);
      simulation.agenda().after(TimeUnit.SECONDS.toNanos(2), () -> simulation.begin(place));
      simulation.agenda().after(TimeUnit.SECONDS.toNanos(8), () -> upgrade(simulation, place + 1));
    }
  },

  /// All sockets lose their connections at the same moment, as with a load balancer that starts anew.
  EVERYONE_RECONNECTS("everyone reconnects") {
    @Override
    void begin(Simulation simulation) {
      simulation.cutAll();
      simulation.troubleEnds();
    }
  },

  /// The log loses its leader for four to nine seconds, then events, then goes back, while sockets come and go.
  TROUBLED_LOG("elections, losses, a new epoch") {
    @Override
    void begin(Simulation simulation) {
      Agenda agenda = simulation.agenda();
      SharedStream stream = simulation.stream();
      stream.away(SharedStream.State.LEADERLESS, TimeUnit.SECONDS.toNanos(4));
      agenda.after(TimeUnit.SECONDS.toNanos(2), () -> simulation.end(0, Crowd.FIRST_DELAY_NANOS));
      agenda.after(TimeUnit.SECONDS.toNanos(6), () -> stream.lose(3));
      agenda.after(TimeUnit.SECONDS.toNanos(8), () -> simulation.begin(0));
      agenda.after(
          TimeUnit.SECONDS.toNanos(9),
          () -> stream.away(SharedStream.State.LEADERLESS, TimeUnit.SECONDS.toNanos(9)));
      agenda.after(TimeUnit.SECONDS.toNanos(20), () -> stream.goBack(100));
      agenda.after(TimeUnit.SECONDS.toNanos(24), () -> stream.lose(1));
      agenda.after(TimeUnit.SECONDS.toNanos(25), simulation::cutAll);
      agenda.after(TimeUnit.SECONDS.toNanos(25), simulation::troubleEnds);
    }
  };

  private final String title;

  Scenario(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /// Lets it begin; it says when nothing more goes wrong ([Simulation#troubleEnds]).
  abstract void begin(Simulation simulation);
}
