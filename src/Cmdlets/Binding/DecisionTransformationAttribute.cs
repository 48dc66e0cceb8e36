using Sandbox.Seccomp;

namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds a decision: an object, also one that came through CLIXML, or its text such as <c>Errno(ENOSYS)</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DecisionTransformationAttribute : RehydratingAttribute
{
    /// <inheritdoc/>
    protected override object? Rehydrate(object? inputData) => Rehydration.Decision(inputData) switch
    {
        string text => SeccompDecision.Parse(text),
        SeccompAction action => SeccompDecision.Parse(action.ToString()),
        var other => other,
    };
}
