package dev.vedette.promql.parse;

import java.util.List;

/**
 * A function's signature.
 *
 * @param parameters types of the arguments; behind the last of a variadic one its type repeats
 * @param variadic 0: exactly {@code parameters}; n: the last parameter comes 0 to n times; -1: any
 *     number of times
 */
public record Function(
    String name, List<ValueType> parameters, int variadic, ValueType result, boolean experimental) {
  public Function {
    parameters = List.copyOf(parameters);
  }

  /** Fewest arguments. */
  int atLeast() {
    return variadic == 0 ? parameters.size() : parameters.size() - 1;
  }

  ValueType parameter(int index) {
    return parameters.get(Math.min(index, parameters.size() - 1));
  }
}
