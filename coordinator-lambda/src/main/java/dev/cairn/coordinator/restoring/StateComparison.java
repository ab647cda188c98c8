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
 * How the states in a checkpoint fit those that the job's code declares, as far as it has said
 * which: a stage's code registers its states when it first runs.
 *
 * @param by the code that the states were compared with, by stage
 * @param unknown the stages whose code has not registered yet, sorted: theirs were not compared
 * @param undeclared states that the code no longer has
 * @param clashes states that the code would misread
 * @param added states that the code has and the checkpoint has not: they begin empty
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

  /** A state that is stored, and that this code does not declare. */
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
   * @param change what differs, such as the type of a component
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

  /** A state that this code declares, and that is not stored. */
  public record Added(Registration by, StateSchema declared) {}

  /**
   * @param stored the states that are stored, by stage; one name in several forms if its subtasks
   *     differ
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

  /** The names of the states that the code no longer has, sorted, each once. */
  List<String> undeclaredNames() {
    return undeclared.stream().map(one -> one.stored().name()).distinct().sorted().toList();
  }

  private static String code(Registration by) {
    return "version " + by.version() + " of the code of " + by.stage();
  }

  /** What could not be compared, and why, in a sentence; empty if all was. */
  public Optional<String> notCompared() {
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the states of "
                + String.join(", ", unknown.stream().map(StageId::value).toList())
                + " could not be compared: no code of it has registered its states yet, which it does"
                + " when it first runs; a state that does not fit stops the shard when it is loaded");
  }

  /** Why nothing of this may be restored by the code there is; empty if it may. */
  Optional<String> misread() {
    return clashes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            join(clashes)
                + ": its bytes would be read as something else; deploy code that declares it as it"
                + " was, or declares the new form under another name (and restore with"
                + " --allow-non-restored-state, which drops the old one), and let it run once");
  }

  /**
   * Why this would leave state behind that nobody gave up; empty if it would not.
   *
   * @param dropped the names of states that are given up
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
