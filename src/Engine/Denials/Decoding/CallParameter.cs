namespace Sandbox.Denials;

/// <summary>One parameter of a call.</summary>
/// <param name="Index">Its place among the arguments.</param>
/// <param name="Name">Its name in the manual page.</param>
/// <param name="Kind">What it means.</param>
/// <param name="Other">The parameter that it goes with: a directory descriptor, a length, a domain; −1 for none.</param>
/// <param name="Constants">The constants of a flag set or an enumeration.</param>
internal sealed record CallParameter(int Index, string Name, ParameterKind Kind, int Other, ConstantNames? Constants);
