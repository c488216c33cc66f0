"""The screens: keys, hall state and what is seen."""
