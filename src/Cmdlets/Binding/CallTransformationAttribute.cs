namespace Sandbox.Cmdlets.Binding;

/// <summary>Binds a call: an object, also one that came through CLIXML, a job or remoting.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class CallTransformationAttribute : RehydratingAttribute
{
    /// <inheritdoc/>
    protected override object? Rehydrate(object? inputData) => Rehydration.Call(inputData);
}
