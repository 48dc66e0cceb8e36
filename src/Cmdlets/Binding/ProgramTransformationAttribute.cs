namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds a program: an object, also one that came through CLIXML, a job or remoting.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ProgramTransformationAttribute : RehydratingAttribute
{
    /// <inheritdoc/>
    protected override object? Rehydrate(object? inputData) => Rehydration.Program(inputData);
}
