package dev.cairn.coordinator.restoring;

import dev.cairn.id.StageId;
import dev.cairn.job.Registration;
import dev.cairn.state.StateSchema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Compares the states in a checkpoint with those that the job's code declares. A stage's code
 * registers its states when it first runs.
 *
 * @param by the code with which the states were compared, by stage
 * @param unknown the sorted stages whose code has not registered yet, so that their states were not
 *     compared
 * @param undeclared states that the code no longer has
 * @param clashes states that the code would misread
 * @param added states of the code that the checkpoint does not have; they begin empty
 */
public record StateComparison(
    List<Registration> by,
    List<StageId> unknown,
    List<Undeclared> undeclared,
    List<Clash> clashes,
    List<Added> added) {

  public StateComparison {
    by = List.copyOf(by);
    unknown = List.copyOf(unknown);
    undeclared = List.copyOf(undeclared);
    clashes = List.copyOf(clashes);
    added = List.copyOf(added);
  }

  /** A stored state that this code does not declare. */
  public record Undeclared(Registration by, StateSchema stored) {
    @Override
    public String toString() {
      return "state \""
          + stored.name()
          + "\" ("
          + stored.form()
          + "), which "
          + code(by)
          + " does not declare";
    }
  }

  /**
   * A state that this code cannot read.
   *
   * @param change the difference, such as the type of a component
   */
  public record Clash(
      Registration by,
      StateSchema stored,
      StateSchema declared,
      StateSchema.SchemaChange.Refused change) {
    @Override
    public String toString() {
      return change.problem(code(by));
    }
  }

  /** A state that this code declares and that is not stored. */
  public record Added(Registration by, StateSchema declared) {}

  /**
   * @param stored the stored states, by stage; several forms of one name if subtasks differ
   */
  static StateComparison of(
      Map<StageId, ? extends Collection<StateSchema>> stored, List<Registration> registered) {
    Map<StageId, Registration> byStage =
        registered.stream().collect(Collectors.toMap(Registration::stage, Function.identity()));
    List<Registration> by = new ArrayList<>();
    List<StageId> unknown = new ArrayList<>();
    List<Undeclared> undeclared = new ArrayList<>();
    List<Clash> clashes = new ArrayList<>();
    List<Added> added = new ArrayList<>();
    SortedMap<StageId, Collection<StateSchema>> sorted = new TreeMap<>(StateComparison::byName);
    sorted.putAll(stored);
    sorted.forEach(
        (stage, states) -> {
          if (!byStage.containsKey(stage)) {
            unknown.add(stage);
            return;
          }
          Registration code = byStage.get(stage);
          by.add(code);
          for (StateSchema one : states) {
            declared(code, one.name())
                .ifPresentOrElse(
                    declared -> {
                      switch (one.to(declared)) {
                        case StateSchema.SchemaChange.Accepted a -> {}
                        case StateSchema.SchemaChange.Refused refused ->
                            clashes.add(new Clash(code, one, declared, refused));
                      }
                    },
                    () -> undeclared.add(new Undeclared(code, one)));
          }
          Set<String> names = states.stream().map(StateSchema::name).collect(Collectors.toSet());
          code.states().stream()
              .filter(declared -> !names.contains(declared.name()))
              .forEach(declared -> added.add(new Added(code, declared)));
        });
    return new StateComparison(by, unknown, undeclared, clashes, added);
  }

  private static int byName(StageId one, StageId other) {
    return one.value().compareTo(other.value());
  }

  private static Optional<StateSchema> declared(Registration code, String name) {
    return code.states().stream().filter(state -> state.name().equals(name)).findFirst();
  }

  /** Returns the sorted, distinct names of the states that the code no longer has. */
  List<String> undeclaredNames() {
    return undeclared.stream().map(one -> one.stored().name()).distinct().sorted().toList();
  }

  private static String code(Registration by) {
    return "version " + by.version() + " of the code of " + by.stage();
  }

  /** Returns a sentence about states that could not be compared; empty if all were. */
  public Optional<String> notCompared() {
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the states of "
                + String.join(", ", unknown.stream().map(StageId::value).toList())
                + " could not be compared: its code has not registered its states yet, which"
                + " it does when it first runs; an incompatible state stops the shard"
                + " when it is loaded");
  }

  /** Returns why the deployed code cannot restore the states; empty if it can. */
  Optional<String> misread() {
    return clashes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            join(clashes)
                + ": its bytes would be misread; deploy code that declares it as before, or"
                + " declares the new form under another name (and restore with"
                + " --allow-non-restored-state, which drops the old one), and let it run once");
  }

  /**
   * Returns the undeclared states that were not dropped, as a reason for a refusal; empty if there
   * are none.
   *
   * @param dropped the names of states that the user drops
   */
  Optional<String> left(Collection<String> dropped) {
    List<Undeclared> left =
        undeclared.stream().filter(one -> !dropped.contains(one.stored().name())).toList();
    return left.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "there is "
                + join(left)
                + ": deploy code that declares it and let it run once, or drop the state with"
                + " --allow-non-restored-state");
  }

  private static String join(List<?> findings) {
    return String.join("; ", findings.stream().map(Object::toString).toList());
  }
}
