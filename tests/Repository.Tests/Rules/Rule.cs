namespace Sandbox.Repository.Tests.Rules;

/// <summary>A rule is a function from a tree to what breaks it.</summary>
public static class Rule
{
    /// <summary>Fails with every violation in full; xunit's own message would cut them short.</summary>
    public static void Holds(IEnumerable<string> violations)
    {
        string[] all = [.. violations];
        if (all.Length > 0) Assert.Fail(string.Join(Environment.NewLine, all));
    }
}
