namespace Sandbox.Launch;

/// <summary>
/// One argument of a step: a number, a pointer into the plan's data, or the result of an earlier step. What a preview shows of it is
/// made when a preview asks.
/// </summary>
internal readonly record struct PlanArgument(int Kind, long Number, string? Shown, bool Quoted = false)
{
    /// <summary>As a preview prints it.</summary>
    public string Text => Shown is null ? (Kind == PlanFormat.KindResult ? "#" : "") + Number.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : Quoted ? $"\"{Shown}\"" : Shown;

    /// <summary>A number, with the text that a preview shows for it.</summary>
    public static PlanArgument Value(long number, string? text = null) =>
        new(PlanFormat.KindValue, number, text);

    /// <summary>Data of the plan.</summary>
    public static PlanArgument Pointer(int offset, string text) => new(PlanFormat.KindPointer, offset, text);

    /// <summary>A text in the data of the plan.</summary>
    public static PlanArgument TextAt(int offset, string text) => new(PlanFormat.KindPointer, offset, text, Quoted: true);

    /// <summary>What an earlier step returned.</summary>
    public static PlanArgument ResultOf(PlanStep step) => new(PlanFormat.KindResult, step.Index, null);

    /// <summary>A number converts by itself.</summary>
    public static implicit operator PlanArgument(long number) => Value(number);

    /// <summary>A step stands for its result.</summary>
    public static implicit operator PlanArgument(PlanStep step) => ResultOf(step);
}
