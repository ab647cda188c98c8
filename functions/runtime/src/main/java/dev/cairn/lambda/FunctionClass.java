package dev.cairn.lambda;

import dev.cairn.function.KeyedFunction;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;

/**
 * The class of the user's function, which the deployment names; each subtask gets its own instance.
 *
 * <p>The class is loaded once. An error during loading is kept, because the JVM reports an
 * exception of a static initializer only to the first caller.
 */
final class FunctionClass {
  private final String name;
  private final Loading loading;

  private FunctionClass(String name, Loading loading) {
    this.name = name;
    this.loading = loading;
  }

  private sealed interface Loading {
    record Loaded(Constructor<?> constructor) implements Loading {}

    record Failed(FunctionNotLoadedException why) implements Loading {}
  }

  /**
   * Loads the class. If that fails, {@link #requireLoaded} and {@link #create} throw the reason.
   */
  static FunctionClass load(String name) {
    try {
      return new FunctionClass(name, new Loading.Loaded(constructor(name)));
    } catch (FunctionNotLoadedException e) {
      return new FunctionClass(name, new Loading.Failed(e));
    }
  }

  private static Constructor<?> constructor(String name) {
    try {
      Class<?> type = Class.forName(name);
      if (!KeyedFunction.class.isAssignableFrom(type)) {
        throw new FunctionNotLoadedException(
            name, "it does not implement " + KeyedFunction.class.getName());
      }
      return type.getConstructor();
    } catch (ClassNotFoundException e) {
      throw new FunctionNotLoadedException(
          name,
          "there is no such class in the deployed code: put its jar and its dependencies into lib/",
          e);
    } catch (ExceptionInInitializerError e) {
      throw new FunctionNotLoadedException(
          name, "its static initializer threw " + e.getCause() + ": set it up in open()", e);
    } catch (LinkageError e) {
      throw new FunctionNotLoadedException(name, "it cannot be loaded: " + e, e);
    } catch (NoSuchMethodException e) {
      throw new FunctionNotLoadedException(
          name, "it has no public constructor without parameters: each subtask makes its own", e);
    }
  }

  /**
   * @throws FunctionNotLoadedException if the class could not be loaded
   */
  void requireLoaded() {
    Constructor<?> unused = constructor();
  }

  private Constructor<?> constructor() {
    return switch (loading) {
      case Loading.Loaded(Constructor<?> constructor) -> constructor;
      case Loading.Failed(FunctionNotLoadedException why) -> throw why;
    };
  }

  /**
   * Creates a new instance. Only the instance knows its type of events.
   *
   * @throws FunctionNotLoadedException if the class could not be loaded
   */
  @SuppressWarnings("unchecked") // it receives only events that its own deserializer created
  KeyedFunction<Object> create() {
    try {
      return (KeyedFunction<Object>) constructor().newInstance();
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(
          "the constructor of "
              + name
              + " threw "
              + e.getCause()
              + ": set the function up in open() instead",
          e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          name + " cannot be created: it must be public and not abstract", e);
    }
  }
}
