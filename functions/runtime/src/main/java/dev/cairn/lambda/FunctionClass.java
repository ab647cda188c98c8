package dev.cairn.lambda;

import dev.cairn.function.KeyedFunction;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;

/** The user's function, which the deployment names; each subtask gets one of its own. */
final class FunctionClass {
  private final Constructor<?> constructor;

  private FunctionClass(Constructor<?> constructor) {
    this.constructor = constructor;
  }

  /**
   * @throws IllegalArgumentException if there is no such class, or it cannot be made
   */
  static FunctionClass named(String name) {
    try {
      Class<?> type = Class.forName(name);
      if (!KeyedFunction.class.isAssignableFrom(type)) {
        throw new IllegalArgumentException(
            "it does not implement " + KeyedFunction.class.getName());
      }
      return new FunctionClass(type.getConstructor());
    } catch (ClassNotFoundException e) {
      throw new IllegalArgumentException(
          "there is no such class in the deployed code: its jar and what it needs belong into lib/",
          e);
    } catch (LinkageError e) {
      throw new IllegalArgumentException("it cannot be loaded: " + e, e);
    } catch (NoSuchMethodException e) {
      throw new IllegalArgumentException(
          "it has no public constructor without parameters: each subtask makes its own", e);
    }
  }

  /** A new instance. What its events are, only it knows. */
  @SuppressWarnings("unchecked") // it is handed only what its own deserializer made
  KeyedFunction<Object> create() {
    try {
      return (KeyedFunction<Object>) constructor.newInstance();
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(
          "the constructor of "
              + name()
              + " threw "
              + e.getCause()
              + ": a function is set up in open(), not there",
          e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          name() + " cannot be created: it must be public and not abstract", e);
    }
  }

  private String name() {
    return constructor.getDeclaringClass().getName();
  }
}
