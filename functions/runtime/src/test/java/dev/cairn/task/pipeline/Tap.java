package dev.cairn.task.pipeline;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;

/** Sees every call at the ports of a pipeline; what it throws, the caller gets. */
public interface Tap {
  Tap NONE = new Tap() {};

  /** Before the call happens: whoever throws here prevents it. */
  default void before(Call call) {}

  /** After it happened: whoever throws here loses its answer. */
  default void after(Call call) {}

  /** A call of one port, such as {@code journal.append}. */
  record Call(String name, Object[] arguments) {
    private static final Set<String> READS =
        Set.of(
            "after",
            "fromLastBase",
            "job",
            "subtasks",
            "retired",
            "isRetired",
            "countsOfRetired",
            "checkpoint",
            "checkpoints",
            "acknowledgements",
            "forks",
            "forkedFrom",
            "claims",
            "damages",
            "mark",
            "lines",
            "progress",
            "holdsSavepoints",
            "get",
            "open",
            "head",
            "list",
            "normalize",
            "shards",
            "shardsOpenAt",
            "retention",
            "read");

    public boolean isWrite() {
      return name.equals("journal.open") || !READS.contains(name.substring(name.indexOf('.') + 1));
    }

    public boolean isStorage() {
      return name.startsWith("storage.");
    }

    /** Whether this is one of its arguments, or an argument is of this class. */
    public boolean has(Class<?> type) {
      for (Object argument : arguments) {
        if (type.isInstance(argument)) {
          return true;
        }
      }
      return false;
    }
  }

  /** Returns a port that reports each call to a tap. */
  static <P> P on(Class<P> port, String name, P there, Tap tap) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (proxy, method, arguments) -> {
              Call call =
                  new Call(
                      name + "." + method.getName(), arguments == null ? new Object[0] : arguments);
              tap.before(call);
              Object answer;
              try {
                answer = method.invoke(there, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              tap.after(call);
              return answer;
            }));
  }
}
