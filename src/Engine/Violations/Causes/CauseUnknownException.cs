namespace Sandbox.Violations;

/// <summary>What a cause would be found by can't be looked at.</summary>
internal sealed class CauseUnknownException(string why) : Exception(why);
