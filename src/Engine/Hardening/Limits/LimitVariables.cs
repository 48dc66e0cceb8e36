namespace Sandbox.Hardening;

/// <summary>What an expression is evaluated with; the text is for its errors.</summary>
internal readonly record struct LimitVariables(string Text, ulong Timeout, ulong Memory);
