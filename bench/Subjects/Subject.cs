namespace Sandbox.Bench.Subjects;

/// <summary>One way to launch a program. The times are in milliseconds from the decision to launch.</summary>
internal abstract class Subject(string name)
{
    public string Name => name;

    /// <summary>The whole run of a program that does nothing, to its being reaped.</summary>
    public Samples Whole { get; } = new();

    /// <summary>The time until the launched program runs, by its own clock.</summary>
    public Samples ToMain { get; } = new();

    /// <summary>The whole run.</summary>
    public abstract double RunWhole();

    /// <summary>The time to the program's first instruction.</summary>
    public abstract double RunToMain();
}
