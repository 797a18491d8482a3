package io.weft.it.bench.race;

/** One line of the race: what all parties do in turn. */
record Cell(Workload workload, Load load) {
  @Override
  public String toString() {
    return workload + ", " + load;
  }
}
