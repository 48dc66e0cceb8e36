namespace Sandbox.Launch;

/// <summary>One argument of a step: a number, a pointer into the plan's data, or the result of an earlier step.</summary>
internal readonly record struct PlanArgument(int Kind, long Number, string Text)
{
    /// <summary>A number, with the text that a preview shows for it.</summary>
    public static PlanArgument Value(long number, string? text = null) =>
        new(PlanFormat.KindValue, number, text ?? number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Data of the plan.</summary>
    public static PlanArgument Pointer(int offset, string text) => new(PlanFormat.KindPointer, offset, text);

    /// <summary>What an earlier step returned.</summary>
    public static PlanArgument ResultOf(PlanStep step) => new(PlanFormat.KindResult, step.Index, $"#{step.Index}");

    /// <summary>A number converts by itself.</summary>
    public static implicit operator PlanArgument(long number) => Value(number);

    /// <summary>A step stands for its result.</summary>
    public static implicit operator PlanArgument(PlanStep step) => ResultOf(step);
}
